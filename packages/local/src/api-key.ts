import { randomBytes } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** The key that this data folder's API asks for: made at the first start, the same at every later one. */
export async function keptApiKey(dataDir: string): Promise<string> {
  const file = join(dataDir, "api-key")
  const kept = await readFile(file, "utf8").catch(() => "")
  if (kept.trim()) return kept.trim()
  const made = `sluice_${randomBytes(24).toString("base64url")}`
  await writeFile(file, `${made}\n`, { mode: 0o600 })
  return made
}

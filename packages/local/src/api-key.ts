import { randomBytes } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** The API key of this data folder: generated on the first start, and read on later ones. */
export async function loadApiKey(dataDir: string): Promise<string> {
  const file = join(dataDir, "api-key")
  const stored = await readFile(file, "utf8").catch(() => "")
  if (stored.trim()) return stored.trim()
  const key = `sluice_${randomBytes(24).toString("base64url")}`
  await writeFile(file, `${key}\n`, { mode: 0o600 })
  return key
}

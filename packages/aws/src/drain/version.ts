import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const EXTENSIONS = [".mjs", ".js", ".cjs"]

/**
 * A name for the code of a function, of which each deployment that changes it has another: the begin of the hash of its file.
 * Undefined outside of Lambda.
 *
 * @param folder The variable `LAMBDA_TASK_ROOT`.
 * @param handler The variable `_HANDLER`.
 */
export function versionOfCode(folder: string | undefined, handler: string | undefined): string | undefined {
  if (!folder || !handler) return undefined
  const path = join(folder, handler.slice(0, handler.lastIndexOf(".")))
  for (const extension of EXTENSIONS) {
    try {
      const code = readFileSync(path + extension)
      return createHash("sha256").update(code).digest("hex").slice(0, 12)
    } catch {
      // it has another extension, or is in a place that Lambda alone knows
    }
  }
  return undefined
}

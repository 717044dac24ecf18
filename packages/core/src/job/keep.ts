import { assertKnownKeys, refuse } from "../checks/validate.ts"

/** What the history keeps of a definition's jobs once they have finished. */
export interface Keep {
  /** Without its payload a finished job can't be retried. Default true. */
  readonly payload?: boolean
  /** Without it, `result()` only tells that the job has succeeded. Default true. */
  readonly result?: boolean
  /** The last lines that each execution logs with `context.log`, up to 100 of them, and 16 KiB. Default false. */
  readonly logs?: boolean
}

const ALL: Required<Keep> = { payload: true, result: true, logs: false }
const NONE: Required<Keep> = { payload: false, result: false, logs: false }

export function keptOf(keep: "none" | Keep | undefined): Required<Keep> {
  if (keep === undefined) return ALL
  return keep === "none" ? NONE : { ...ALL, ...keep }
}

export function assertKeep(keep: unknown, path: readonly string[]): void {
  if (keep === undefined || keep === "none") return
  if (typeof keep !== "object") refuse("invalid_option", keep, path, '"none" or an object')
  assertKnownKeys(keep as object, Object.keys(ALL), path)
  for (const [key, value] of Object.entries(keep as object))
    if (value !== undefined && typeof value !== "boolean")
      refuse("invalid_option", value, [...path, key], "true or false")
}

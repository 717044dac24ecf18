import { refuse } from "../checks/validate.ts"
import { toIsoInstant } from "./option-values.ts"

/** The database's clock decides what has passed, and may be behind or ahead of this one. */
const CLOCKS_DIFFER_MS = 5 * 60_000

/** The instant at which something is to end. One that has long passed is a mistake, such as last year's date. */
export function toLaterInstant(at: Date | string, path: readonly string[]): string {
  const instant = toIsoInstant(at, path)
  if (Date.parse(instant) < Date.now() - CLOCKS_DIFFER_MS)
    refuse("invalid_option", at, path, "an instant that has not passed")
  return instant
}

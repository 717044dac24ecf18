/** Postgres: a statement was canceled, by its timeout or by somebody. */
const QUERY_CANCELED = "57014"
const DEEPEST_CAUSE = 5

/** Whether a statement was stopped because it took longer than it may: then a narrower question helps. */
export function isTooSlow(error: unknown): boolean {
  let cause = error
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof cause === "object" && cause !== null; depth += 1) {
    const { code, cause: next } = cause as { code?: unknown; cause?: unknown }
    if (code === QUERY_CANCELED) return true
    cause = next
  }
  return false
}

import { assertGiven, integer, name, period } from "./field.ts"
import type { Path } from "./validate.ts"

/** Longest wait of setTimeout, 24 days. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** The policies, which may be set on three levels. */
export const POLICIES = {
  queue: name,
  priority: integer(-1_000_000_000, 1_000_000_000),
  maxAttempts: integer(1, 1_000),
  timeout: period(LONGEST_TIMEOUT_MS, "a duration longer than 0, up to 24 days"),
  expiresIn: period(),
}

/** Checks the policies, on any of the levels. */
export function assertPolicies(policies: object, path: Path): void {
  assertGiven(POLICIES, policies, path)
}

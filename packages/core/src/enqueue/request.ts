import { assertKnownKeys, assertText, refuse } from "../checks/validate.ts"
import type { RequestToStore } from "../job/job-options.ts"

const KEYS = ["key", "fingerprint"] satisfies readonly (keyof RequestToStore)[]

/** Throws `InvalidInputError` for what can't name a request. */
export function assertRequest(request: RequestToStore | undefined): void {
  if (request === undefined) return
  assertKnownKeys(request, KEYS, ["request"])
  for (const key of KEYS) {
    if (request[key] === undefined)
      refuse("invalid_option", undefined, ["request", key], "text of 1 to 512 characters")
    assertText(request[key], ["request", key])
  }
}

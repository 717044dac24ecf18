import { noPromise } from "../checks/no-promise.ts"
import { InvalidInputError } from "../errors.ts"
import type { Computed } from "./job-options.ts"
import { shortMessage } from "./serialize-error.ts"

/** Calls the function by which a definition computes an option. Throws `InvalidInputError` if it throws, or is async. */
export function callOption<Value>(
  job: string,
  option: string,
  compute: (payload: unknown) => Value,
  payload: unknown,
): Value {
  try {
    return noPromise(compute(payload))
  } catch (cause) {
    const message = `The ${option} of the job ${JSON.stringify(job)} can't be computed from this payload: ${shortMessage(cause)}`
    throw new InvalidInputError("invalid_payload", message, { path: ["payload"], cause })
  }
}

/** What a definition says for all of its jobs. */
export function unlessComputed<Value>(option: Computed<Value, never> | undefined): Value | undefined {
  return typeof option === "function" ? undefined : (option as Value | undefined)
}

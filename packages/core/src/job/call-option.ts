import { noPromise } from "../checks/no-promise.ts"
import { InvalidInputError } from "../errors.ts"
import { shortMessage } from "./error-record.ts"

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

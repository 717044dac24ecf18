import { AsyncLocalStorage } from "node:async_hooks"
import { assertText } from "../checks/validate.ts"

const current = new AsyncLocalStorage<string>()

/**
 * Runs `work` under a correlation id: text of 1 to 512 characters that names what all of this belongs to, as a request.
 * Jobs that it enqueues carry the id, their logs say it, and so do the jobs that they enqueue in turn.
 */
export function correlate<Value>(correlationId: string, work: () => Value): Value {
  assertText(correlationId, ["correlationId"])
  return current.run(correlationId, work)
}

/** The correlation id that this code runs under, in a job or in `correlate`. */
export function currentCorrelationId(): string | undefined {
  return current.getStore()
}

import { AsyncLocalStorage } from "node:async_hooks"
import { sharedByCopies } from "../checks/shared-by-copies.ts"
import { assertText, refuse } from "../checks/validate.ts"

const current = sharedByCopies("correlation", () => new AsyncLocalStorage<string>())

/**
 * Runs `work` with a correlation id, 1 to 512 characters that identify, for example, a request. Every job that `work`
 * enqueues carries the id, adds it to its logs, and passes it to the jobs that it enqueues in turn.
 */
export function correlate<Value>(correlationId: string, work: () => Value): Value {
  assertText(correlationId, ["correlationId"])
  if (typeof work !== "function")
    refuse("invalid_option", work, ["correlate", "work"], "a function, whose enqueues carry the id")
  return current.run(correlationId, work)
}

/** The correlation id of the current job, or the one passed to `correlate`. */
export function currentCorrelationId(): string | undefined {
  return current.getStore()
}

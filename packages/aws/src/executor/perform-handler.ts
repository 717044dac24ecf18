import type { AnyJobDefinition, Logger } from "@sluice/core"
import { type Answer, answerTo, type ExecutionEvent } from "@sluice/core/executor"
import { jsonLog } from "../log.ts"

export interface PerformHandlerOptions {
  /** The definitions with their `perform`, which the drainer's have not. */
  readonly jobs: readonly AnyJobDefinition[]
  /** Default: lines of JSON on the standard output, as CloudWatch reads them. */
  readonly log?: Logger
}

/** The handler of a function that performs jobs for definitions with `executor: lambda(…)`. */
export function createPerformHandler({ jobs, log = jsonLog }: PerformHandlerOptions) {
  const signal = new AbortController().signal // only the event's deadline ends an invocation
  return (event: ExecutionEvent): Promise<Answer> => answerTo(jobs, event, { signal, log })
}

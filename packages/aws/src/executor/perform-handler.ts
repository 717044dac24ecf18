import type { AnyJobDefinition, Logger } from "@sluice/core"
import { assertDefinitions, assertKnownKeys } from "@sluice/core/checks"
import { type Answer, answerTo, type ExecutionEvent } from "@sluice/core/executor"
import { jsonLog } from "../json-log.ts"

export interface PerformHandlerOptions {
  /** The definitions with their `perform`; the drainer's definitions lack it. */
  readonly jobs: readonly AnyJobDefinition[]
  /** Default: lines of JSON on the standard output, as CloudWatch reads them. */
  readonly log?: Logger
}

/** The handler of a function that performs jobs for definitions with `executor: lambda(…)`. */
export function createPerformHandler(options: PerformHandlerOptions) {
  assertKnownKeys(options, ["jobs", "log"], ["createPerformHandler"])
  assertDefinitions(options.jobs, ["createPerformHandler", "jobs"])
  const { jobs, log = jsonLog } = options
  const signal = new AbortController().signal // an invocation is ended by its event's deadline only
  return (event: ExecutionEvent): Promise<Answer> => answerTo(jobs, event, { signal, log })
}

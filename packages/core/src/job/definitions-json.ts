import { durationMs } from "../checks/duration.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import type { JobPolicies } from "./job-options.ts"

/** What the database is told of definitions: the argument of the SQL functions `open_drainer` and `register_definitions`. */
export function definitionsJson(definitions: Iterable<AnyJobDefinition>, defaults: JobPolicies): string {
  return JSON.stringify(Array.from(definitions, (definition) => rowOf(definition, defaults)))
}

function rowOf({ name, timeout, queue, priority, concurrency }: AnyJobDefinition, defaults: JobPolicies) {
  return {
    name,
    timeout_ms: timeout === undefined ? undefined : durationMs(timeout),
    queue: queue ?? defaults.queue,
    priority: priority ?? defaults.priority,
    concurrency_key: typeof concurrency?.key === "string" ? concurrency.key : undefined,
    concurrency_limit: concurrency && (concurrency.limit ?? 1),
    computes_key: typeof concurrency?.key === "function" || undefined,
  }
}

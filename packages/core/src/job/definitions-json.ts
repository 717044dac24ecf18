import { durationMs } from "../checks/duration.ts"
import { unlessComputed } from "./call-option.ts"
import { computedByCode } from "./computed-by-code.ts"
import { isInOrder, limitsOf } from "./concurrency.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import type { ScheduleDefinition } from "./define-schedule.ts"
import { commonFairColumns } from "./fair-share.ts"
import type { JobPolicies } from "./job-options.ts"
import { keptOf } from "./keep.ts"
import { commonKeyOf } from "./limit-keys.ts"
import { rateJson } from "./rate.ts"
import { uniqueRule } from "./unique-rule.ts"

/** What the database is told of definitions: the argument of the SQL functions `open_drainer` and `register_definitions`. */
export function definitionsJson(
  definitions: Iterable<AnyJobDefinition>,
  defaults: JobPolicies,
  schedules: readonly ScheduleDefinition[] = [],
): string {
  const rows = Array.from(definitions, (definition) => ({
    ...rowOf(definition, defaults),
    schedules: schedulesOf(definition, schedules),
    events: eventsOf(definition),
  }))
  return JSON.stringify(rows)
}

/** In the order of their keys, so that what is noted stays the same. */
function schedulesOf({ name }: AnyJobDefinition, schedules: readonly ScheduleDefinition[]) {
  const own = schedules.filter(({ job }) => job.name === name).map(({ key, settings }) => ({ key, settings }))
  return own.length > 0 ? own.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : undefined
}

function eventsOf({ on = [] }: AnyJobDefinition) {
  return on.length > 0 ? on.map(({ name }) => name).toSorted() : undefined
}

function rowOf(definition: AnyJobDefinition, defaults: JobPolicies) {
  const { name, timeout, queue, priority, delay, rate, unique } = definition
  const [limit, ...further] = limitsOf(definition)
  const expiresIn = definition.expiresIn ?? defaults.expiresIn
  const computes = computedByCode(definition)
  return {
    name,
    timeout_ms: timeout === undefined ? undefined : durationMs(timeout),
    queue: unlessComputed(queue) ?? defaults.queue,
    priority: unlessComputed(priority) ?? defaults.priority,
    delay_ms: delay === undefined || typeof delay === "function" ? undefined : durationMs(delay),
    concurrency_key: limit && commonKeyOf(name, limit),
    concurrency_limit: limit && (limit.limit ?? 1),
    holds_key: limit && isInOrder(limit) ? limit.onRetry !== "pass" : undefined,
    computes_key: typeof limit?.key === "function" || undefined,
    further_keys: further.length > 0 ? further.map((one) => commonKeyOf(name, one) ?? null) : undefined,
    further_limits: further.length > 0 ? further.map((one) => one.limit ?? 1) : undefined,
    expires_in_ms: expiresIn === undefined ? undefined : durationMs(expiresIn),
    ...commonFairColumns(definition),
    rate_key: rate && commonKeyOf(name, rate),
    rate: rate && rateJson(rate),
    computes_rate_key: typeof rate?.key === "function" || undefined,
    unique_rule: unique && { ...uniqueRule(unique), key: unlessComputed(unique.key) },
    keeps_payload: keptOf(definition.keep).payload,
    computes: computes.length > 0 ? computes : undefined,
  }
}

import { type Duration, durationMs } from "../checks/duration.ts"
import { assertInteger, assertKnownKeys, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"

/** Whether the queue does what it is for. */
export interface Health {
  /** `late`: jobs wait too long. `failing`: they fail, or nothing performs them. The worst of the reasons. */
  readonly verdict: Verdict
  /** Why it isn't healthy, the worst first. */
  readonly reasons: readonly HealthReason[]
  readonly at: Date
}

export type Verdict = "healthy" | "late" | "failing"

export interface HealthReason {
  readonly verdict: Exclude<Verdict, "healthy">
  /**
   * `oldest_ready`: the oldest ready job has been due for `value` ms. `failure_rate`: the share `value` of executions failed.
   * `no_drainer`: jobs are due, and no drainer has been at work for `value` ms. `unknown_names`: `value` jobs wait whose name no drainer
   * knows; counting stops at 1,000.
   */
  readonly code: "oldest_ready" | "failure_rate" | "no_drainer" | "unknown_names"
  readonly value: number
  /** What `value` may be at most. */
  readonly limit: number
  /** In English. */
  readonly message: string
  /** The job names that it is about, if it is about some. */
  readonly names?: readonly string[]
}

/** What is still healthy. */
export interface HealthOptions {
  /** How long a ready job may wait before the queue is late. Default `"1m"`. */
  readonly lateAfter?: Duration
  /** How long before it is failing. Default `"15m"`. */
  readonly failingAfter?: Duration
  /** The share of executions that may fail, from 0 to 1. Default 0.5. */
  readonly failureRate?: number
  /** Executions that are too few to tell. Default 20. */
  readonly leastExecutions?: number
  /** How far back failures count. Default `"15m"`. */
  readonly window?: Duration
}

const HEALTH_OPTIONS = [
  "lateAfter",
  "failingAfter",
  "failureRate",
  "leastExecutions",
  "window",
] satisfies readonly (keyof HealthOptions)[]

export async function readHealth(
  database: Queryable,
  schema: string,
  options?: HealthOptions,
): Promise<Health> {
  return (await readHealthWithSigns(database, schema, options)).health
}

export async function readHealthWithSigns(
  database: Queryable,
  schema: string,
  options: HealthOptions = {},
): Promise<{ health: Health; signs: Signs }> {
  const limits = checkHealthOptions(options)
  const { text, values } = protocolCall(schema, "read_health", { p_window_s: limits.windowMs / 1_000 })
  const [row] = await jsonRows(database, `select * from ${text}`, values)
  const signs: Signs = row
  const reasons = [
    waitOf(signs, limits),
    drainersOf(signs, limits),
    failuresOf(signs, limits),
    namesOf(signs),
  ]
    .filter((reason) => reason !== undefined)
    .sort((a, b) => SEVERITY.indexOf(a.verdict) - SEVERITY.indexOf(b.verdict))
  return { health: { verdict: reasons[0]?.verdict ?? "healthy", reasons, at: new Date(signs.at) }, signs }
}

/** The worst first. */
const SEVERITY: readonly Verdict[] = ["failing", "late", "healthy"]

/** What the SQL function `read_health` returns. */
interface Signs {
  readonly ready: number
  readonly oldest_ready_age_ms: number
  readonly executions: number
  readonly failures: number
  readonly drainers: number
  readonly no_drainer_for_ms: number | null
  readonly unknown_names: readonly string[]
  readonly unknown_jobs: number
  readonly at: string
}

type Limits = ReturnType<typeof checkHealthOptions>

function waitOf({ oldest_ready_age_ms: ageMs }: Signs, limits: Limits): HealthReason | undefined {
  if (ageMs <= limits.lateAfterMs) return undefined
  const isFailing = ageMs > limits.failingAfterMs
  return {
    verdict: isFailing ? "failing" : "late",
    code: "oldest_ready",
    value: Math.round(ageMs),
    limit: isFailing ? limits.failingAfterMs : limits.lateAfterMs,
    message: `The oldest ready job has been due for ${seconds(ageMs)}`,
  }
}

/** Where drains are invoked on a schedule, none lives in between: so jobs have to wait as well. */
function drainersOf(signs: Signs, { lateAfterMs }: Limits): HealthReason | undefined {
  const { oldest_ready_age_ms: ageMs, drainers, no_drainer_for_ms } = signs
  const goneMs = no_drainer_for_ms ?? ageMs
  if (drainers > 0 || Math.min(ageMs, goneMs) <= lateAfterMs) return undefined
  return {
    verdict: "failing",
    code: "no_drainer",
    value: Math.round(goneMs),
    limit: lateAfterMs,
    message: `Jobs are due, and no drainer has been at work for ${seconds(goneMs)}`,
  }
}

function failuresOf({ executions, failures }: Signs, limits: Limits): HealthReason | undefined {
  const rate = failures / executions
  if (executions < limits.leastExecutions || rate <= limits.failureRate) return undefined
  return {
    verdict: "failing",
    code: "failure_rate",
    value: rate,
    limit: limits.failureRate,
    message: `${failures} of the last ${executions} executions failed`,
  }
}

function namesOf({ unknown_names: names, unknown_jobs: jobs }: Signs): HealthReason | undefined {
  if (jobs === 0) return undefined
  return {
    verdict: "late",
    code: "unknown_names",
    value: jobs,
    limit: 0,
    message: `${jobs} ${jobs === 1 ? "job waits" : "jobs wait"} for a drainer that knows ${names.join(", ")}`,
    names,
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`
}

function checkHealthOptions(options: HealthOptions) {
  assertKnownKeys(options, HEALTH_OPTIONS, ["options"])
  const {
    lateAfter = "1m",
    failingAfter = "15m",
    failureRate = 0.5,
    leastExecutions = 20,
    window = "15m",
  } = options
  if (!(failureRate >= 0 && failureRate <= 1))
    refuse("invalid_option", failureRate, ["failureRate"], "a number from 0 to 1")
  assertInteger(leastExecutions, ["leastExecutions"], 1, 1_000_000_000)
  return {
    lateAfterMs: durationMs(lateAfter, ["lateAfter"]),
    failingAfterMs: durationMs(failingAfter, ["failingAfter"]),
    windowMs: durationMs(window, ["window"]),
    failureRate,
    leastExecutions,
  }
}

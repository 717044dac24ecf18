import type { Queryable } from "../database/connection.ts"
import { checkSteppedOptions, type Measured, type SteppedOptions } from "./measured.ts"

export interface Throughput {
  /** The start of the first point. */
  readonly since: Date
  /** The end of the last one. */
  readonly until: Date
  readonly stepMs: number
  /** One for each step, also where nothing was performed. */
  readonly points: readonly ThroughputPoint[]
  /** All of them together. */
  readonly total: Measured
}

export interface ThroughputPoint extends Measured {
  /** When it begins. */
  readonly at: Date
}

export async function readThroughput(
  _database: Queryable,
  _schema: string,
  options: SteppedOptions = {},
): Promise<Throughput> {
  const { sinceMs, untilMs, stepMs } = checkSteppedOptions(options)
  return { since: new Date(sinceMs), until: new Date(untilMs), stepMs, points: [], total: NOTHING }
}

const NONE = { p50: null, p95: null, p99: null }
const NOTHING: Measured = {
  executions: 0,
  succeeded: 0,
  retried: 0,
  discarded: 0,
  canceled: 0,
  snoozed: 0,
  interrupted: 0,
  failureRate: null,
  waitMs: NONE,
  runMs: NONE,
  busyMs: 0,
  gbSeconds: 0,
}

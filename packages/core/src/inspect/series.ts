import { assertOneOf } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { checkSteppedOptions, type SteppedOptions } from "./measured.ts"

export interface ListSeriesOptions extends Omit<SteppedOptions, "name" | "queue"> {
  /** What each series is of. Default `"queue"`. */
  readonly by?: "queue" | "name"
}

/** How many executions there were, by queue or by job name: for small charts. */
export interface SeriesList {
  readonly since: Date
  readonly until: Date
  readonly stepMs: number
  /** Those with executions in this time, ordered by name. */
  readonly series: readonly Series[]
}

export interface Series {
  /** The queue, or the job name. */
  readonly of: string
  /** Executions of each step. */
  readonly executions: readonly number[]
  /** Those of them that were retried, discarded or interrupted. */
  readonly failures: readonly number[]
}

export async function listSeries(
  _database: Queryable,
  _schema: string,
  { by, ...range }: ListSeriesOptions = {},
): Promise<SeriesList> {
  assertOneOf(by, ["by"], ["queue", "name"])
  const { sinceMs, untilMs, stepMs } = checkSteppedOptions(range)
  return { since: new Date(sinceMs), until: new Date(untilMs), stepMs, series: [] }
}

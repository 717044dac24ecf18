import type { Duration } from "../checks/duration.ts"
import { checkOptions } from "../checks/field.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { LIST_SERIES } from "./fields.ts"
import { checkSteppedOptions, datesOf, type SteppedOptions, type SteppedRange, spanOf } from "./measured.ts"

export interface ListSeriesOptions extends Omit<SteppedOptions, "name" | "queue" | "step"> {
  /** What each series is of. Default `"queue"`. */
  readonly by?: "queue" | "name"
  /**
   * How long one point is: whole minutes. From an hour on, whole hours. Default: the shortest of 1 and 10 minutes, 1, 6 and 24 hours with
   * which there are at most 60 points.
   */
  readonly step?: Duration
}

/** Enough for a chart of the size of a word. Each more is one more to read and to send of thousands of names. */
const USUAL_POINTS = 60

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
  database: Queryable,
  schema: string,
  options: ListSeriesOptions = {},
): Promise<SeriesList> {
  checkOptions(LIST_SERIES, options)
  const { by = "queue", ...stepped } = options
  const range = checkSteppedOptions(stepped, USUAL_POINTS)
  const counted = await readSeries(database, schema, range, by)
  const steps = (range.untilMs - range.sinceMs) / range.stepMs
  return {
    ...datesOf(range),
    series: counted.map((one) => ({
      of: one.of,
      executions: spread(one.executions, one.steps, steps),
      failures: spread(one.failures, one.steps, steps),
    })),
  }
}

/** What the SQL function `read_series` tells of one queue or name: only the steps with executions. */
interface Counted {
  readonly of: string
  readonly steps: readonly number[]
  readonly executions: readonly number[]
  readonly failures: readonly number[]
}

async function readSeries(
  database: Queryable,
  schema: string,
  range: SteppedRange,
  by: "queue" | "name",
): Promise<Counted[]> {
  const { text, values } = protocolCall(schema, "read_series", {
    p_since: new Date(range.sinceMs).toISOString(),
    p_until: new Date(range.untilMs).toISOString(),
    p_span_s: spanOf(range) / 1_000,
    p_step_s: range.stepMs / 1_000,
    p_by: by,
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as series`, values)
  return JSON.parse(rows[0].series)
}

/** The counts in their places, and 0 elsewhere. */
function spread(counts: readonly number[], places: readonly number[], steps: number): number[] {
  const all = new Array<number>(steps).fill(0)
  for (const [index, place] of places.entries()) all[place] = counts[index] as number
  return all
}

import { checkOptions } from "../checks/field.ts"
import type { Queryable } from "../database/connection.ts"
import { LIST_SERIES } from "./fields.ts"
import {
  checkSteppedOptions,
  datesOf,
  executionsOf,
  failuresOf,
  readSums,
  type SteppedOptions,
  type Sums,
  startsOf,
} from "./measured.ts"

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
  database: Queryable,
  schema: string,
  options: ListSeriesOptions = {},
): Promise<SeriesList> {
  checkOptions(LIST_SERIES, options)
  const { by = "queue", ...stepped } = options
  const range = checkSteppedOptions(stepped)
  const sums = await readSums(database, schema, range, { by, isBrief: true })
  const starts = startsOf(range)
  return {
    ...datesOf(range),
    series: [...groupedBy(sums)].map(([of, steps]) => {
      const byStart = new Map(steps.map((step) => [(step.at as number) * 1_000, step]))
      const countsOf = (count: (step: Sums) => number) =>
        starts.map((startMs) => {
          const step = byStart.get(startMs)
          return step ? count(step) : 0
        })
      return { of, executions: countsOf(executionsOf), failures: countsOf(failuresOf) }
    }),
  }
}

function groupedBy(sums: readonly Sums[]): Map<string, Sums[]> {
  const groups = new Map<string, Sums[]>()
  for (const one of sums) {
    const group = groups.get(one.of as string) ?? []
    groups.set(one.of as string, group)
    group.push(one)
  }
  return groups
}

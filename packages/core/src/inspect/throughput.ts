import type { Queryable } from "../database/connection.ts"
import {
  checkSteppedOptions,
  datesOf,
  type Measured,
  measuredOf,
  readSums,
  type SteppedOptions,
  startsOf,
} from "./measured.ts"

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
  database: Queryable,
  schema: string,
  options: SteppedOptions = {},
): Promise<Throughput> {
  const range = checkSteppedOptions(options)
  const sums = await readSums(database, schema, range, options)
  const byStart = new Map(sums.map((one) => [(one.at as number) * 1_000, one]))
  return {
    ...datesOf(range),
    points: startsOf(range).map((startMs) => {
      const one = byStart.get(startMs)
      return { at: new Date(startMs), ...measuredOf(one ? [one] : []) }
    }),
    total: measuredOf(sums),
  }
}

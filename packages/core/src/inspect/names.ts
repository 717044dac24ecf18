import type { Queryable } from "../database/connection.ts"
import {
  checkMeasuredOptions,
  type Measured,
  type MeasuredOptions,
  measuredOf,
  readSums,
} from "./measured.ts"

/** What the executions of one job name came to. */
export interface NameSummary extends Measured {
  readonly name: string
  /** The queues that its jobs were in. */
  readonly queues: readonly string[]
  /** When the last of them ended: the begin of the minute or, in a range of an hour or longer, of the ten minutes, the hour or the day. */
  readonly lastAt: Date
}

export type ListNamesOptions = Omit<MeasuredOptions, "name">

export async function listNames(
  database: Queryable,
  schema: string,
  options: ListNamesOptions = {},
): Promise<NameSummary[]> {
  const range = checkMeasuredOptions(options)
  const sums = await readSums(database, schema, range, { by: "name", queue: options.queue })
  return sums.map((one) => ({
    name: one.of as string,
    queues: one.queues ?? [],
    lastAt: new Date(one.last_at * 1_000),
    ...measuredOf([one]),
  }))
}

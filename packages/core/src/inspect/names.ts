import type { Queryable } from "../database/connection.ts"
import { checkMeasuredOptions, type Measured, type MeasuredOptions } from "./measured.ts"

/** What the executions of one job name came to. */
export interface NameSummary extends Measured {
  readonly name: string
  /** The queues that its jobs were in. */
  readonly queues: readonly string[]
  /** The minute in which the last of them ended. */
  readonly lastAt: Date
}

export type ListNamesOptions = Omit<MeasuredOptions, "name">

export async function listNames(
  _database: Queryable,
  _schema: string,
  options: ListNamesOptions = {},
): Promise<NameSummary[]> {
  checkMeasuredOptions(options)
  return []
}

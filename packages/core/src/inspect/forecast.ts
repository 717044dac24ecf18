import type { Queryable } from "../database/connection.ts"

/** When the backlog will be drained, if all goes on as in the last minutes. */
export interface Forecast {
  /** Jobs that are due and not running. */
  readonly ready: number
  /** Whether that is an estimate: from 10,000 on. */
  readonly isEstimate: boolean
  /** Jobs that ended in a minute, on average. */
  readonly endedPerMinute: number
  /** Jobs that were enqueued in a minute, on average, delayed ones too. */
  readonly enqueuedPerMinute: number
  /** Null: not as long as it goes on like this. */
  readonly drainedAt: Date | null
}

export async function readForecast(_database: Queryable, _schema: string): Promise<Forecast> {
  return { ready: 0, isEstimate: false, endedPerMinute: 0, enqueuedPerMinute: 0, drainedAt: new Date() }
}

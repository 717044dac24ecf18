import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"

/** When the backlog will be drained, if all goes on as in the last minutes. */
export interface Forecast {
  /** Jobs that are due and not running, without those that nobody performs: of paused queues and names, or of a name no drainer knows. */
  readonly ready: number
  /** Whether that is an estimate: from 10,000 due jobs on. */
  readonly isEstimate: boolean
  /** Jobs that ended in a minute, on average. */
  readonly endedPerMinute: number
  /** Jobs that were enqueued in a minute, on average, delayed ones too. Null: no drainer has written anything in the last minutes. */
  readonly enqueuedPerMinute: number | null
  /** Null: not as long as it goes on like this. */
  readonly drainedAt: Date | null
}

export async function readForecast(database: Queryable, schema: string): Promise<Forecast> {
  const [row] = await jsonRows(database, `select * from ${protocolCall(schema, "read_forecast", {}).text}`)
  const { ready, is_estimate, ended_per_minute, enqueued_per_minute, at } = row
  const lessPerMinute = enqueued_per_minute === null ? 0 : ended_per_minute - enqueued_per_minute
  return {
    ready,
    isEstimate: is_estimate,
    endedPerMinute: ended_per_minute,
    enqueuedPerMinute: enqueued_per_minute,
    drainedAt: drainedAt(Date.parse(at), ready, lessPerMinute),
  }
}

/** Null also where it would take more than a year. */
function drainedAt(nowMs: number, ready: number, lessPerMinute: number): Date | null {
  if (ready === 0) return new Date(nowMs)
  const untilMs = (ready / lessPerMinute) * 60_000
  return lessPerMinute > 0 && untilMs < 365 * 86_400_000 ? new Date(nowMs + untilMs) : null
}

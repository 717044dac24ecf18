import { toPgArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { dateOf } from "./date-of.ts"
import type { Pause } from "./pauses.ts"

/** What one wants to see of a queue first. Each count stops at 10,000. */
export interface Overview {
  readonly at: Date
  /** Unfinished jobs by their state. */
  readonly counts: Readonly<Record<"ready" | "scheduled" | "waiting" | "blocked" | "running", number>>
  /** How long ready jobs have been due, from the shortest range. Running ones are among them. */
  readonly ages: readonly AgeRange[]
  /** How long the oldest ready job has been due. 0 if there is none. */
  readonly oldestReadyAgeMs: number
  /** The queues of the 10,000 jobs that are next, up to 100. */
  readonly queues: readonly { readonly name: string; readonly ready: number; readonly since: Date }[]
  /** The newest 20. */
  readonly pauses: readonly Pause[]
  /** Which schedules tick next: eight of them. */
  readonly ticks: readonly { readonly key: string; readonly name: string; readonly at: Date }[]
}

export interface AgeRange {
  /** Null of the last one: it has no end. */
  readonly upToMs: number | null
  readonly jobs: number
}

const AGES_MS = [10_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000]

export async function readOverview(database: Queryable, schema: string): Promise<Overview> {
  const { text, values } = protocolCall(schema, "read_overview", { p_ages: toPgArray(AGES_MS.map(String)) })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as overview`, values)
  const { now, ready, scheduled, waiting, blocked, running, ages, oldestReadyAgeMs, ...lists } = JSON.parse(
    rows[0].overview,
  )
  return {
    at: new Date(now),
    counts: { ready, scheduled, waiting, blocked, running },
    ages: ages.map((jobs: number, range: number) => ({ upToMs: AGES_MS[range] ?? null, jobs })),
    oldestReadyAgeMs,
    queues: lists.queues.map((queue: { since: string }) => ({ ...queue, since: new Date(queue.since) })),
    pauses: lists.pauses.map((pause: { pausedAt: string; until: string | null }) => ({
      ...pause,
      pausedAt: new Date(pause.pausedAt),
      until: dateOf(pause.until),
    })),
    ticks: lists.ticks.map((tick: { at: string }) => ({ ...tick, at: new Date(tick.at) })),
  }
}

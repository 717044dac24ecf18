import { type Duration, durationMs } from "../checks/duration.ts"
import type { Queryable } from "../database/connection.ts"
import { toIsoInstant } from "../job/option-values.ts"
import { moveDate } from "./moved-date.ts"

/** The time of a test database, which goes on from wherever it was moved to. `Date` of this process moves with it. */
export interface TestClock {
  now(): Promise<Date>
  /** Moves the time forward. Nothing is performed by that: see `drainAll`. */
  advance(duration: Duration): Promise<void>
  /**
   * Moves the time to an instant, a `Date` or an ISO 8601 string. Set it back only as long as nothing is enqueued: what is stored
   * keeps its times.
   */
  set(instant: Date | string): Promise<void>
}

/** What the kit itself does with the clock. */
export interface Clock extends TestClock {
  /** Moves on to when the next job of these names is due, and not beyond the instant. Returns false if none is due by then. */
  moveToNextDue(names: readonly string[], until: Date): Promise<boolean>
  /** Reads again by how much it has been moved, because the table was restored. */
  reread(): Promise<void>
  end(): void
}

export function createClock(database: Queryable, schema: string): Clock {
  return {
    async now() {
      const { rows } = await database.query(
        `select extract(epoch from ${schema}.clock_timestamp())::float8 * 1000 as ms`,
      )
      return new Date(rows[0].ms)
    },
    async advance(duration) {
      const ms = durationMs(duration, ["clock.advance", "duration"])
      await move(`c.moved_by + interval '1 millisecond' * $1::float8`, [ms])
    },
    async set(instant) {
      const at = toIsoInstant(instant, ["clock.set", "instant"])
      await move(differenceTo("$1::timestamptz"), [at])
    },
    async moveToNextDue(names, until) {
      const { rows } = await database.query(
        `select next.at::text as at
         from (select ${schema}.next_due_at(p_names => $1::text[], p_pool => null::${schema}.pool) as at) next
         where next.at > ${schema}.clock_timestamp() and next.at <= $2::timestamptz`,
        [names, until.toISOString()],
      )
      if (rows.length === 0) return false
      await move(differenceTo("$1::timestamptz"), [rows[0].at])
      return true
    },
    reread,
    end: () => moveDate(0),
  }

  async function move(movedBy: string, values: unknown[]): Promise<void> {
    await database.query(`update ${schema}.test_clock c set moved_by = ${movedBy}`, values)
    // hints of when something was done last, which must not lie in the future if the time was set back
    await database.query(
      `with repairs as (update ${schema}.ticks set ticked_at = '-infinity') delete from ${schema}.wake_requests`,
    )
    await reread()
    await database.query(`select from ${schema}.force_maintenance()`)
  }

  async function reread(): Promise<void> {
    const { rows } = await database.query(
      `select extract(epoch from c.moved_by)::float8 * 1000 as ms from ${schema}.test_clock c`,
    )
    moveDate(rows[0].ms)
  }
}

/** As seconds, because a day of an interval isn't always 24 hours. */
function differenceTo(instant: string): string {
  return `interval '1 second' * extract(epoch from ${instant} - pg_catalog.clock_timestamp())::float8`
}

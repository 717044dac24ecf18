import type { ScheduleSettings } from "@sluice/core"
import type { TestDatabase } from "../support/database.ts"

/** Stores a schedule as if its next tick were the first one after this instant. */
export async function scheduleFrom(
  database: TestDatabase,
  key: string,
  settings: ScheduleSettings,
  after: string | Date,
): Promise<void> {
  await database.rows("select sluice.set_schedule($1, $2)", [key, settings])
  await database.rows(
    "update sluice.schedules s set (upcoming, has_all, next_at) = (select p.upcoming, p.has_all, p.next_at from sluice.plan_ticks(s, $2) p) where key = $1",
    [key, after],
  )
}

/** Enqueues what is due then. */
export async function tickAt(database: TestDatabase, at: string | Date): Promise<boolean> {
  const [{ more }] = await database.rows("select sluice.enqueue_ticks($1) as more", [at])
  return more
}

/** What became of the ticks of a schedule, the oldest first: "2027-03-01T09:00 enqueued". */
export async function ticksOf(database: TestDatabase, key: string): Promise<string[]> {
  const rows = await database.rows(
    `select to_char(tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') || ' ' || outcome as tick
     from sluice.schedule_ticks where schedule_key = $1 order by schedule_ticks.tick`,
    [key],
  )
  return rows.map(({ tick }) => tick)
}

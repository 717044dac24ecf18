import type { CatchUp, Overlap } from "@sluice/core"
import { type Part, type RandomContext, STEP_HOURS, violated } from "./random-part.ts"

export const SCHEDULES = 2
export const CATCH_UPS = ["all", "once", "skip"] as const satisfies CatchUp[]
export const OVERLAPS = ["allow", "skip", "queue", "cancel"] as const satisfies Overlap[]
/** The name of the jobs of schedules. */
export const TICKED = "ticked"
/** With the policy "all" a schedule catches up the ticks of a day. */
const CAUGHT_UP_HOURS = 23

export type ScheduleAction =
  | {
      readonly do: "setSchedule"
      readonly schedule: number
      readonly catchUp: (typeof CATCH_UPS)[number]
      readonly overlap: (typeof OVERLAPS)[number]
    }
  | {
      readonly do: "deleteSchedule" | "pauseSchedule" | "resumeSchedule" | "runSchedule"
      readonly schedule: number
    }
  | { readonly do: "look" }

/** A schedule by the model. It ticks each hour; hours are counted as if time had not been moved. */
interface Schedule {
  catchUp: (typeof CATCH_UPS)[number]
  overlap: (typeof OVERLAPS)[number]
  isPaused: boolean
  /** The last hour whose tick is done, or never comes. */
  lastHour: number
}

interface Tick {
  readonly hour: number
  readonly outcome: string
  readonly job: string | null
}

/** Schedules that are set, paused, resumed, run and deleted, with each policy, and whose ticks are due as time moves. */
export function createSchedules({
  database,
  sluice,
  stored,
  keysOf,
  limits,
  hour,
}: RandomContext): Part & { act(action: ScheduleAction): Promise<void> } {
  const schedules = new Map<string, Schedule>()
  /** Before the action: the unfinished jobs of each schedule. */
  let unfinished = new Map<string, string[]>()
  let hasLooked = false

  return {
    tables: ["schedules", "schedule_ticks"],
    begin: () => schedules.clear(),
    async before() {
      hasLooked = false
      if (schedules.size > 0) unfinished = await unfinishedJobs()
    },
    act,
    check,
    async passTime() {
      if (schedules.size === 0) return
      await database.pool.query(
        `update sluice.schedules set next_at = next_at - $1 * interval '1 hour',
           upcoming = array(select at - $1 * interval '1 hour' from unnest(upcoming) with ordinality u (at, place) order by place)`,
        [STEP_HOURS],
      )
      // in two steps, each longer than all ticks are apart, so that none meets another
      await database.pool.query("update sluice.schedule_ticks set tick = tick + interval '10000 hours'")
      await database.pool.query(
        "update sluice.schedule_ticks set tick = tick - (10000 + $1) * interval '1 hour'",
        [STEP_HOURS],
      )
    },
    async stop() {
      await act({ do: "look" })
      await check()
      for (const key of schedules.keys()) await sluice.deleteSchedule(key)
      schedules.clear()
    },
    async checkEnd() {},
  }

  async function act(action: ScheduleAction): Promise<void> {
    if (action.do === "look") {
      await database.pool.query(
        "select sluice.enqueue_ticks(), sluice.advance_dependents(), sluice.fold_batches()",
      )
      hasLooked = true
      return
    }
    const key = `schedule-${action.schedule}`
    const schedule = schedules.get(key)
    if (action.do === "setSchedule") {
      const { catchUp, overlap } = action
      await sluice.setSchedule(key, { name: TICKED, every: "1h", catchUp, overlap })
      // what it has missed is caught up by the new policy
      schedules.set(key, { isPaused: false, lastHour: await hourNow(), ...schedule, catchUp, overlap })
    } else if (schedule) {
      await actOnSchedule(action.do, key, schedule)
    }
  }

  async function actOnSchedule(what: string, key: string, schedule: Schedule): Promise<void> {
    if (what === "runSchedule") return noteJob(schedule, key, await sluice.runSchedule(key))
    if (what === "deleteSchedule") {
      schedules.delete(key)
      return sluice.deleteSchedule(key)
    }
    if (what === "pauseSchedule") {
      schedule.isPaused = true
      return sluice.pauseSchedule(key)
    }
    if (schedule.isPaused) schedule.lastHour = await hourNow()
    schedule.isPaused = false
    return sluice.resumeSchedule(key)
  }

  function noteJob({ overlap }: Schedule, key: string, id: string): void {
    stored.add(id)
    if (overlap !== "queue" && overlap !== "cancel") return
    keysOf.set(id, [`schedule:${key}`])
    limits.set(`schedule:${key}`, { limit: 1, id: BigInt(id) })
  }

  async function check(): Promise<void> {
    if (schedules.size === 0) return
    const now = await hourNow()
    const ticks = await ticksByKey()
    for (const [key, schedule] of schedules) {
      const noted = (ticks.get(key) ?? []).filter((tick) => tick.hour > schedule.lastHour)
      checkHours(key, schedule, noted, now)
      if (noted.length > 0) await checkOverlap(key, schedule, noted)
      for (const { job } of noted) if (job) noteJob(schedule, key, job)
      schedule.lastHour = noted.at(-1)?.hour ?? schedule.lastHour
    }
    const [{ jobs, enqueued }] = await database.rows(
      `select (select count(*)::int from (select metadata from sluice.jobs union all select metadata from sluice.finished) j where j.metadata ? 'schedule') as jobs,
              (select count(*)::int from sluice.schedule_ticks where outcome = 'enqueued') as enqueued`,
    )
    if (jobs !== enqueued) violated("ticks", `${enqueued} have enqueued a job, and there are ${jobs} jobs`)
  }

  /** Which ticks are noted, by the policy for missed ones: all that were due, or none if nobody has looked. */
  function checkHours(
    key: string,
    { catchUp, isPaused, lastHour }: Schedule,
    noted: readonly Tick[],
    now: number,
  ): void {
    if (noted.length === 0 && !hasLooked) return
    const due = isPaused ? 0 : now - lastHour
    if (due > CAUGHT_UP_HOURS) return
    const expected =
      catchUp === "all"
        ? Array.from({ length: due }, (_, index) => lastHour + index + 1)
        : due > 0
          ? [now]
          : []
    const found = noted.map((tick) => tick.hour)
    if (String(found) !== String(expected))
      violated(
        "ticks",
        `${key} has those of the hours ${found} instead of ${expected}: ${JSON.stringify({ catchUp, isPaused, lastHour, now })}`,
      )
    const isMissed = catchUp === "skip" ? undefined : false // by how far the hour has gone
    for (const { hour, outcome } of noted)
      if (isMissed === false && outcome === "missed")
        violated("ticks", `that of hour ${hour} of ${key} is given up`)
  }

  /** Which of them have jobs, by the policy for overlaps. */
  async function checkOverlap(key: string, { overlap }: Schedule, noted: readonly Tick[]): Promise<void> {
    const earlier = unfinished.get(key) ?? []
    const ticks = noted.filter(({ outcome }) => outcome !== "missed")
    const enqueued = ticks.filter(({ outcome }) => outcome === "enqueued")
    const expected = {
      allow: ticks,
      queue: ticks,
      skip: earlier.length > 0 ? [] : ticks.slice(0, 1),
      cancel: ticks.slice(-1),
    }[overlap]
    if (String(enqueued.map((tick) => tick.hour)) !== String(expected.map((tick) => tick.hour)))
      violated(
        "overlaps",
        `with ${overlap} and ${earlier.length} unfinished jobs, ${JSON.stringify(noted)} are the ticks of ${key}`,
      )
    if (overlap !== "cancel" || ticks.length === 0) return
    const spared = await database.rows(
      "select id::text from sluice.jobs j where id = any ($1) and not exists (select from sluice.cancellations c where c.job_id = j.id)",
      [earlier],
    )
    for (const { id } of spared)
      violated("overlaps", `job ${id} of ${key} isn't canceled by the tick after it`)
  }

  async function unfinishedJobs(): Promise<Map<string, string[]>> {
    const rows = await database.rows(
      "select metadata->'schedule'->>'key' as key, array_agg(id::text) as ids from sluice.jobs where metadata ? 'schedule' group by 1",
    )
    return new Map(rows.map(({ key, ids }) => [key, ids]))
  }

  async function ticksByKey(): Promise<Map<string, Tick[]>> {
    const rows = await database.rows(
      `select schedule_key as key, (extract(epoch from tick) / 3600)::float8 as hour, outcome, job_id::text as job
       from sluice.schedule_ticks where not is_requested order by tick`,
    )
    const ticks = Map.groupBy(rows, ({ key }) => key as string)
    return new Map(
      [...ticks].map(([key, list]) => [key, list.map((tick) => ({ ...tick, hour: tick.hour + hour() }))]),
    )
  }

  async function hourNow(): Promise<number> {
    const [{ now }] = await database.rows("select floor(extract(epoch from now()) / 3600)::int as now")
    return now + hour()
  }
}

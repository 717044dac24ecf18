import { setTimeout as wait } from "node:timers/promises"
import { createSluice } from "@sluice/core"
import { createDatabase } from "../support/database.ts"
import { createBatches } from "./batches.ts"
import { startDrainers } from "./drainers.ts"
import { type Fault, plant } from "./faults.ts"
import { createSchedules } from "./schedules.ts"
import { createWaits } from "./waits.ts"
import { createWorkflows } from "./workflows.ts"
import type { World } from "./world.ts"

export interface Size {
  /** How long drainers are killed while all else happens. */
  readonly seconds: number
  readonly drainers: number
  readonly schedules: number
  readonly batches: number
  readonly waits: number
  readonly workflows: number
}

export interface Report {
  /** What happened twice, never, or waits for something that has happened: a line for each. */
  readonly wrong: readonly string[]
  readonly kills: number
  /** Jobs that were performed, callbacks included. */
  readonly finished: number
  /** Executions that a kill has cut off. */
  readonly interrupted: number
  /** From the last kill until nothing was left to do. */
  readonly calmAfterMs: number
}

/** Without faults, something moves at least so often once no drainer is killed any more. */
const STUCK_AFTER_MS = 10_000

/** What has not ended, and what of it waits for something that has happened. */
const LEFT = `
  select 'job ' || j.id || ' ' || j.name || ' ' || coalesce(j.payload->>'token', '') || ': left, ' || s.state
         || format(', due in %s, enqueued %s ago, attempts %s, fence %s, group %s', j.run_at - now(), now() - j.enqueued_at, j.attempts, j.fence, j.suspect_group)
         || coalesce(', though its token ' || (select string_agg(w.token || ' is ' || w.state, ', ') from sluice.waits w
                     where w.state <> 'open' and w.token in (select g.token from sluice.waiting_jobs g where g.job_id = j.id and g.is_waiting)), '') as line
  from sluice.jobs j left join sluice.states_of(array(select id from sluice.jobs), 'infinity') s on s.job_id = j.id
  union all select 'batch ' || b.id || ': open' from sluice.batches b where b.state = 'open'
  union all select 'batch ' || a.batch_id || ': ' || a.lost || ' of its jobs are pending and not there' from sluice.batches_adrift(array(select id from sluice.batches)) a
  union all select 'token ' || w.token || ': open' from sluice.waits w where w.state = 'open'
  union all select 'token ' || w.token || ': job ' || w.job_id || ' waits for it' from sluice.waiting_jobs w
  union all select 'schedule ' || s.key || ': has a tick at ' || s.next_at from sluice.schedules s where s.next_at is not null`

/**
 * Kills drainers at random moments while schedules tick, batches finish, jobs of workflows run one after the other, and others wait for tokens that are completed; then lets
 * the others do what is left, and says what went wrong. With a fault, that must be something.
 */
export async function runExactness(size: Size, fault?: Fault): Promise<Report> {
  const database = await createDatabase()
  await database.pool.query(
    "create table effects (kind text, subject text, detail text, at timestamptz default clock_timestamp())",
  )
  if (fault) await plant(database, fault)
  const world: World = {
    database,
    sluice: createSluice({ database: database.pool }),
    actMs: size.seconds * 1_000,
  }
  const strands = [
    createSchedules(world, size.schedules),
    createBatches(world, size.batches),
    createWaits(world, size.waits),
    createWorkflows(world, size.workflows),
  ]
  await Promise.all(strands.map((strand) => strand.prepare?.()))
  const drainers = startDrainers(world, size.drainers)
  await Promise.all([...strands.map((strand) => strand.act()), drainers.killAtRandom(), wait(world.actMs)])

  const calmAtMs = performance.now()
  const left = await untilNothingIsLeft()
  const calmAfterMs = Math.round(performance.now() - calmAtMs)
  const wrong = await Promise.all(strands.map((strand) => strand.findWrong()))
  const [counts] = await database.rows(
    `select (select count(*)::int from sluice.finished) as finished,
            (select count(*)::int from sluice.failures where outcome = 'interrupted') as interrupted`,
  )
  return {
    wrong: [...drainers.ended(), ...left, ...wrong.flat()],
    kills: drainers.kills(),
    calmAfterMs,
    ...counts,
  }

  /** Returns what is left, if nothing moves any more. */
  async function untilNothingIsLeft(): Promise<string[]> {
    let movedAtMs = performance.now()
    let before = ""
    for (;;) {
      const lines = (await database.rows(LEFT)).map(({ line }) => line as string)
      if (lines.length === 0 || performance.now() - movedAtMs > STUCK_AFTER_MS) return lines
      const now = lines.length.toString()
      if (now !== before) movedAtMs = performance.now()
      before = now
      await wait(100)
    }
  }
}

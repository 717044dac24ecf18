import { setTimeout as wait } from "node:timers/promises"
import pg from "pg"
import type { Measurement } from "../report/results.ts"
import type { Run } from "../scenario.ts"
import type { Backlog, System } from "../system.ts"
import type { Database } from "./server.ts"
import type { Done } from "./worker-main.ts"
import { startWorkers, type Workers } from "./workers.ts"

export interface DrainPlan {
  /** Free jobs, before the run's scale and the system's share. */
  readonly jobs: number
  /** Workers, each with a database session or pool of its own, in processes of their own. */
  readonly drainers: number
  /** Bytes in each payload beside its number. */
  readonly payloadBytes?: number
  /** Over how many queues the free jobs are spread. */
  readonly queues?: number
  /** Stored ahead of the free jobs. */
  readonly inTheWay?: Pick<Backlog, "count" | "obstacle">
  /** More free jobs behind those that are measured: the end is when so many were performed. */
  readonly behind?: number
  /** A transaction holds its snapshot from before the jobs are stored until all are done. */
  readonly holdSnapshot?: boolean
}

/** Jobs that a worker performs at once, for all systems: graphile-worker's number in its own performance test. */
export const CONCURRENCY = 24

/** A drain in which nothing moves for so long has failed. */
const PATIENCE_MS = 60_000
const POLL_MS = 2

/** From a common signal, with all workers connected, until the last job is performed and this is committed. */
export async function measureDrain(system: System, run: Run, plan: DrainPlan): Promise<Measurement> {
  const jobs = run.jobs(plan.jobs, system)
  const database = await run.server.createDatabase(system)
  let workers: Workers | undefined
  try {
    const release = plan.holdSnapshot ? await holdSnapshot(database) : undefined
    await fill(system, run, database, plan, jobs)
    const orders = {
      system,
      url: database.url,
      concurrency: CONCURRENCY,
      lingers: false,
      performMs: 0,
    }
    workers = await startWorkers(orders, plan.drainers)

    const walBefore = await walPosition(database)
    const beganAtMs = performance.now()
    workers.go()
    await untilPerformed(workers, jobs, system)
    if (!plan.behind) await untilDone(system, database)
    const seconds = (performance.now() - beganAtMs) / 1_000
    const walBytes = (await walPosition(database)) - walBefore

    const performed = plan.behind ? workers.performed() : jobs
    const done = await workers.stop()
    await release?.()
    const { duplicates, missing } = check(done, jobs + run.jobs(plan.behind ?? 0))
    return {
      ...{ jobs: performed, seconds, walBytes, statements: total(done), duplicates },
      missing: plan.behind ? 0 : missing,
    }
  } finally {
    await workers?.kill()
    await database.drop()
  }
}

async function fill(
  system: System,
  run: Run,
  database: Database,
  plan: DrainPlan,
  jobs: number,
): Promise<void> {
  const { inTheWay, behind = 0, payloadBytes = 0, queues } = plan
  await database.pool.query("checkpoint")
  if (inTheWay)
    await system.fill(database.pool, { ...inTheWay, count: run.jobs(inTheWay.count), first: 1_000_000_000 })
  await system.fill(database.pool, {
    count: jobs + run.jobs(behind),
    payloadBytes,
    ...(queues && { queues }),
  })
  await database.pool.query("vacuum analyze") // as autovacuum would have come to it by now
}

export async function untilPerformed(workers: Workers, count: number, system: System): Promise<void> {
  let seen = -1
  let movedAtMs = performance.now()
  while (workers.performed() < count) {
    if (workers.performed() !== seen) movedAtMs = performance.now()
    seen = workers.performed()
    if (performance.now() - movedAtMs > PATIENCE_MS)
      throw new Error(`${system.name} stands still after ${seen} of ${count} jobs`)
    await wait(POLL_MS)
  }
}

async function untilDone(system: System, database: Database): Promise<void> {
  const giveUpAtMs = performance.now() + PATIENCE_MS
  while (!(await system.isDone(database.pool))) {
    if (performance.now() > giveUpAtMs)
      throw new Error(`${system.name} has performed all jobs, but not completed them`)
    await wait(POLL_MS)
  }
}

export async function walPosition({ pool }: Database): Promise<number> {
  const { rows } = await pool.query("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as position")
  return Number(rows[0].position)
}

/** Jobs that no worker performed, and executions beyond the first of a job. */
export function check(done: readonly Done[], jobs: number): Pick<Measurement, "duplicates" | "missing"> {
  const times = new Uint8Array(jobs)
  let duplicates = 0
  for (const { numbers } of done) {
    for (const number of numbers) {
      if ((times[number] ?? 0) > 0) duplicates++
      if (number < jobs) times[number] = 1
    }
  }
  return { duplicates, missing: times.filter((count) => count === 0).length }
}

export function total(done: readonly Done[]): number {
  return done.reduce((sum, { statements }) => sum + statements, 0)
}

async function holdSnapshot({ url }: Database): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("begin isolation level repeatable read")
  await client.query("select count(*) from pg_class")
  return async () => {
    await client.query("rollback")
    await client.end()
  }
}

import { setTimeout as wait } from "node:timers/promises"
import pg from "pg"
import type { Measurement } from "../report/results.ts"
import type { Run } from "../scenario.ts"
import type { Backlog, System } from "../system.ts"
import { measureWork } from "./measure-work.ts"
import type { Database } from "./server.ts"
import type { Done } from "./worker-main.ts"
import { startWorkers, type Workers } from "./workers.ts"

export interface DrainPlan {
  /** Number of free jobs, before the run's scale and the system's share. */
  readonly jobs: number
  /** Number of workers, each with its own process and its own database session or pool. */
  readonly drainers: number
  /** Bytes of each payload in addition to its number. */
  readonly payloadBytes?: number
  /** Number of queues over which the free jobs are spread. */
  readonly queues?: number
  /** Number of small tenants that take turns with a large one. */
  readonly smallTenants?: number
  /** What has just come due: scheduled jobs, or a schedule for each job. Default: the jobs are ready. */
  readonly due?: "jobs" | "schedules"
  /** Whether the jobs are one batch. */
  readonly isBatch?: boolean
  /** Whether each ten jobs are a workflow. */
  readonly isWorkflow?: boolean
  /** Jobs stored ahead of the free ones. */
  readonly inTheWay?: Pick<Backlog, "count" | "obstacle">
  /** Number of further free jobs. The measurement ends when `jobs` of all have been performed. */
  readonly behind?: number
  /** Whether a transaction holds a snapshot from before the jobs are stored until all are done. */
  readonly holdSnapshot?: boolean
}

/** Jobs that a worker of any system performs at the same time: the number in graphile-worker's own performance test. */
export const CONCURRENCY = 24

/** A drain without progress for this long has failed. */
const STALL_TIMEOUT_MS = 60_000
const POLL_MS = 2

/** Measures from a common signal, with all workers connected, until the last job's completion is committed. */
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
    const ready = await startWorkers(orders, plan.drainers)
    workers = ready

    const { seconds, walBytes } = await measureWork(database, async () => {
      ready.go()
      await untilPerformed(ready, jobs, system)
      if (!plan.behind) await untilDone(system, database)
    })

    const performed = plan.behind ? ready.performed() : jobs
    const done = await ready.stop()
    await release?.()
    const { duplicates, missing } = check(done, jobs + run.jobs(plan.behind ?? 0))
    return {
      jobs: performed,
      seconds,
      walBytes,
      statements: countStatements(done),
      duplicates,
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
  const { inTheWay, behind = 0, payloadBytes = 0, queues, smallTenants, due, isBatch, isWorkflow } = plan
  await database.pool.query("checkpoint")
  if (inTheWay)
    await system.fill(database.pool, { ...inTheWay, count: run.jobs(inTheWay.count), first: 1_000_000_000 })
  await system.fill(database.pool, {
    count: jobs + run.jobs(behind),
    payloadBytes,
    ...(queues && { queues }),
    ...(smallTenants && { smallTenants }),
    ...(due && { due }),
    ...(isBatch && { isBatch }),
    ...(isWorkflow && { isWorkflow }),
  })
  await database.pool.query("vacuum analyze") // as autovacuum would have done by now
}

export async function untilPerformed(workers: Workers, count: number, system: System): Promise<void> {
  let seen = -1
  let progressAtMs = performance.now()
  while (workers.performed() < count) {
    if (workers.performed() !== seen) progressAtMs = performance.now()
    seen = workers.performed()
    if (performance.now() - progressAtMs > STALL_TIMEOUT_MS)
      throw new Error(`${system.name} made no progress after ${seen} of ${count} jobs`)
    await wait(POLL_MS)
  }
}

export async function untilDone(system: System, database: Database): Promise<void> {
  const giveUpAtMs = performance.now() + STALL_TIMEOUT_MS
  while (!(await system.isDone(database.pool))) {
    if (performance.now() > giveUpAtMs)
      throw new Error(`${system.name} has performed all jobs, but not completed them`)
    await wait(POLL_MS)
  }
}

/** Counts the jobs that no worker performed, and the executions beyond the first of each job. */
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

export function countStatements(done: readonly Done[]): number {
  return done.reduce((sum, { statements }) => sum + statements, 0)
}

/** The longest call of one of these functions of Sluice's. */
export function longestOf(done: readonly Done[], ...functions: readonly string[]): number {
  return Math.max(0, ...done.flatMap(({ longestMs }) => functions.map((name) => longestMs?.[name] ?? 0)))
}

async function holdSnapshot({ url }: Database): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url })
  client.on("error", () => {}) // if the run is interrupted
  await client.connect()
  await client.query("begin isolation level repeatable read")
  await client.query("select count(*) from pg_class")
  return async () => {
    await client.query("rollback")
    await client.end()
  }
}

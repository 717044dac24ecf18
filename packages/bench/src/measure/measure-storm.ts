import { setTimeout as wait } from "node:timers/promises"
import pg from "pg"
import type { Measurement } from "../report/results.ts"
import type { Run } from "../scenario.ts"
import type { System } from "../system.ts"
import { CONCURRENCY, check, countStatements, longestOf, untilDone, untilPerformed } from "./measure-drain.ts"
import { measureWork } from "./measure-work.ts"
import { startWorkers, type Workers } from "./workers.ts"

/** What comes over a queue whose drainers have work to do. */
export interface Storm {
  /** Jobs to perform, before the run's scale. */
  readonly jobs: number
  /** Stores them, numbered from 0, and what else there is. */
  fill(database: pg.Pool, jobs: number, run: Run): Promise<void>
  /** What somebody else does meanwhile, until the signal. */
  meanwhile?(database: pg.Pool, stop: AbortSignal): Promise<void>
  /** Whether jobs of the storm may be performed before the last of the others: then it ends by the number performed. */
  readonly isMixed?: boolean
}

const DRAINERS = 4
/** How often somebody enqueues a job for another day. */
const ENQUEUE_EVERY_MS = 20

/** Measures until the jobs are performed, and completed, with the longest claim and settle of any drainer, and the longest enqueue. */
export async function measureStorm(system: System, run: Run, storm: Storm): Promise<Measurement> {
  const jobs = run.jobs(storm.jobs)
  const database = await run.server.createDatabase(system)
  const over = new AbortController()
  let workers: Workers | undefined
  try {
    await storm.fill(database.pool, jobs, run)
    await database.pool.query("vacuum analyze")
    await database.pool.query("checkpoint")
    const orders = { system, url: database.url, concurrency: CONCURRENCY, lingers: false, performMs: 0 }
    const ready = await startWorkers(orders, DRAINERS)
    workers = ready

    let meanwhile: Promise<void> | undefined
    let enqueuing: Promise<number> | undefined
    const {
      value: performed,
      seconds,
      walBytes,
    } = await measureWork(database, async () => {
      ready.go()
      meanwhile = storm.meanwhile?.(database.pool, over.signal)
      meanwhile?.catch(() => {}) // thrown below
      enqueuing = enqueueNowAndThen(database.url, over.signal)
      enqueuing.catch(() => {})
      await untilPerformed(ready, jobs, system)
      if (storm.isMixed) return ready.performed()
      await untilDone(system, database)
      return jobs
    })
    over.abort()
    await meanwhile
    const longestEnqueueMs = (await enqueuing) ?? 0
    const done = await ready.stop()
    const { duplicates, missing } = check(done, jobs)
    return {
      jobs: performed,
      seconds,
      walBytes,
      statements: countStatements(done),
      duplicates,
      missing: storm.isMixed ? 0 : missing,
      longestClaimMs: longestOf(done, "claim"),
      longestSettleMs: longestOf(done, "settle", "settle_succeeded"),
      longestEnqueueMs,
    }
  } finally {
    over.abort()
    await workers?.kill()
    await database.drop()
  }
}

/** Returns how long the longest of its enqueues took. */
async function enqueueNowAndThen(url: string, stop: AbortSignal): Promise<number> {
  const database = new pg.Client({ connectionString: url })
  await database.connect()
  let longestMs = 0
  while (!stop.aborted) {
    const beganAtMs = performance.now()
    await database.query("select sluice.enqueue('later', '{}', '{\"delay\": \"1d\"}')")
    longestMs = Math.max(longestMs, performance.now() - beganAtMs)
    await wait(ENQUEUE_EVERY_MS)
  }
  await database.end()
  return longestMs
}

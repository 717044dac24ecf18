import { setTimeout as wait } from "node:timers/promises"
import { CONCURRENCY, check, countStatements, untilPerformed } from "../measure/measure-drain.ts"
import { measureWork } from "../measure/measure-work.ts"
import { startWorkers } from "../measure/workers.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { Enqueuer, System } from "../system.ts"
import { bullmq } from "../systems/bullmq.ts"
import { bullmqRedis } from "../systems/bullmq-redis.ts"
import { graphileWorker } from "../systems/graphile-worker.ts"
import { pgBoss } from "../systems/pg-boss.ts"
import { sluice } from "../systems/sluice.ts"

const SECONDS = 5
const WARM_UP_JOBS = 200
/** Connections of each enqueuer, all opened by the warm-up: jobs would wait for one that opens while they come. */
const CONNECTIONS = 8

// GoodJob's threads are notified in Ruby by LISTEN/NOTIFY, which its SQL alone can't show.
export const latency: Scenario = {
  name: "latency",
  about: "From the enqueueing call to the start of `perform` in a waiting worker.",
  figure: "p99Ms",
  variants: [100, 1_000].map((perSecond) => ({
    label: `${perSecond.toLocaleString("en")} jobs/s`,
    systems: [sluice, graphileWorker, pgBoss, bullmq, bullmqRedis],
    measure: (system, run) => measure(system, run, perSecond),
  })),
}

async function measure(system: System, run: Run, perSecond: number): Promise<Measurement> {
  const database = await run.server.createDatabase(system)
  const orders = {
    system,
    url: database.url,
    concurrency: CONCURRENCY,
    lingers: true,
    performMs: 0,
  }
  const workers = await startWorkers(orders, 1)
  const enqueuer = await system.openEnqueuer(database.url)
  try {
    workers.go()
    await warmUp(enqueuer)
    await untilPerformed(workers, WARM_UP_JOBS, system)

    const jobs = run.jobs(perSecond * SECONDS)
    const { seconds, walBytes } = await measureWork(database, async () => {
      await enqueueAtRate(enqueuer, perSecond, jobs)
      await untilPerformed(workers, WARM_UP_JOBS + jobs, system)
    })
    const done = await workers.stop()
    const latenciesMs = done.flatMap((each) => [...each.latenciesMs])
    return {
      jobs,
      seconds,
      walBytes,
      statements: countStatements(done),
      ...check(done, WARM_UP_JOBS + jobs),
      latenciesMs,
    }
  } finally {
    await workers.kill()
    await enqueuer.end()
    await database.drop()
  }
}

async function warmUp(enqueuer: Enqueuer): Promise<void> {
  for (let first = 0; first < WARM_UP_JOBS; first += CONNECTIONS) {
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => enqueuer.one({ n: first + index })))
  }
}

/** Enqueues each job at its time, however long earlier ones take. Otherwise a slow queue would get less load. */
async function enqueueAtRate(enqueuer: Enqueuer, perSecond: number, jobs: number): Promise<void> {
  const beganAtMs = performance.now()
  const calls: Promise<unknown>[] = []
  while (calls.length < jobs) {
    const due = Math.min(jobs, Math.floor(((performance.now() - beganAtMs) / 1_000) * perSecond))
    while (calls.length < due) {
      const n = WARM_UP_JOBS + calls.length
      calls.push(enqueuer.one({ n, at: performance.timeOrigin + performance.now() }))
    }
    await wait(1)
  }
  await Promise.all(calls)
}

import { setTimeout as wait } from "node:timers/promises"
import { check, countStatements, untilPerformed } from "../measure/measure-drain.ts"
import { measureWork } from "../measure/measure-work.ts"
import { startWorkers, type Workers } from "../measure/workers.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { System } from "../system.ts"
import { bullmq } from "../systems/bullmq.ts"
import { bullmqRedis } from "../systems/bullmq-redis.ts"
import { graphileWorker } from "../systems/graphile-worker.ts"
import { pgBoss } from "../systems/pg-boss.ts"
import { sluice } from "../systems/sluice.ts"

const IN_FLIGHT = 500
const JOB_MS = 120_000
const LIMIT_SECONDS = 30
const POLL_MS = 5

// GoodJob performs as many jobs at once as it has threads (5), and looks for a dead process's jobs in Ruby.
export const crash: Scenario = {
  name: "crash",
  about: `A worker with 500 jobs in flight is killed with SIGKILL while another one waits: seconds until all 500 run again, up to ${LIMIT_SECONDS}. Each system has the shortest settings for this that it documents.`,
  figure: "seconds",
  variants: [
    {
      label: "500 in flight",
      systems: [sluice, graphileWorker, pgBoss, bullmq, bullmqRedis],
      settingsOf: ({ settings, watchfulSettings = settings }) => watchfulSettings,
      measure,
    },
  ],
}

async function measure(system: System, run: Run): Promise<Measurement> {
  const database = await run.server.createDatabase(system)
  const orders = {
    system,
    url: database.url,
    concurrency: IN_FLIGHT,
    lingers: true,
    isWatchful: true,
    performMs: JOB_MS,
  }
  const doomed = await startWorkers(orders, 1)
  const heir = await startWorkers(orders, 1)
  const enqueuer = await system.openEnqueuer(database.url)
  try {
    await enqueuer.many(Array.from({ length: IN_FLIGHT }, (_, n) => ({ n })))
    doomed.go()
    await untilPerformed(doomed, IN_FLIGHT, system)
    heir.go()

    const { seconds, walBytes } = await measureWork(database, async () => {
      const giveUpAtMs = performance.now() + LIMIT_SECONDS * 1_000
      await doomed.kill()
      await untilInherited(heir, giveUpAtMs)
    })
    const isCutOff = heir.performed() < IN_FLIGHT
    const done = await heir.stop()
    const { duplicates, missing } = check(done, IN_FLIGHT)
    return {
      jobs: IN_FLIGHT,
      seconds,
      walBytes,
      statements: countStatements(done),
      duplicates,
      missing: isCutOff ? 0 : missing,
      isCutOff,
    }
  } finally {
    await Promise.all([doomed.kill(), heir.kill()])
    await enqueuer.end()
    await database.drop()
  }
}

async function untilInherited(heir: Workers, giveUpAtMs: number): Promise<void> {
  while (heir.performed() < IN_FLIGHT && performance.now() < giveUpAtMs) await wait(POLL_MS)
}

import { enqueueInBulk } from "../measure/enqueue-in-bulk.ts"
import { CONCURRENCY, check, countStatements, untilDone, untilPerformed } from "../measure/measure-drain.ts"
import { measureWork } from "../measure/measure-work.ts"
import { startWorkers } from "../measure/workers.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { System } from "../system.ts"
import { bullmq } from "../systems/bullmq.ts"
import { bullmqRedis } from "../systems/bullmq-redis.ts"
import { floor } from "../systems/floor.ts"
import { graphileWorker } from "../systems/graphile-worker.ts"
import { pgBoss } from "../systems/pg-boss.ts"
import { sluice } from "../systems/sluice.ts"

const JOBS = 1_000_000

/** The peers get a quarter of that, times their share: it takes them longer than it would be worth. */
const JOBS_OF_PEERS = 250_000
const DRAINERS = 4

// GoodJob enqueues in Ruby, which is not measured here.
export const endToEnd: Scenario = {
  name: "end-to-end",
  about:
    "A million jobs (for the peers, which take longer, a part of that), enqueued by one process 1,000 in a call and drained by 4 waiting drainers meanwhile: from the first call until the last job is completed.",
  figure: "jobsPerSecond",
  variants: [
    {
      label: "4 drainers",
      systems: [sluice, graphileWorker, pgBoss, bullmq, bullmqRedis, floor],
      maxRounds: 2,
      measure,
    },
  ],
}

async function measure(system: System, run: Run): Promise<Measurement> {
  const isPeer = system !== sluice && system !== floor
  const jobs = run.jobs(isPeer ? JOBS_OF_PEERS : JOBS, system)
  const database = await run.server.createDatabase(system)
  const orders = { system, url: database.url, concurrency: CONCURRENCY, lingers: true, performMs: 0 }
  const workers = await startWorkers(orders, DRAINERS)
  const enqueuer = await system.openEnqueuer(database.url)
  try {
    const { seconds, walBytes } = await measureWork(database, async () => {
      workers.go()
      await enqueueInBulk(enqueuer, jobs)
      await untilPerformed(workers, jobs, system)
      await untilDone(system, database)
    })
    const done = await workers.stop()
    return { jobs, seconds, walBytes, statements: countStatements(done), ...check(done, jobs) }
  } finally {
    await workers.kill()
    await enqueuer.end()
    await database.drop()
  }
}

import { enqueueInBulk } from "../measure/enqueue-in-bulk.ts"
import { measureWork } from "../measure/measure-work.ts"
import type { Database } from "../measure/server.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { Enqueuer, System } from "../system.ts"
import { bullmq } from "../systems/bullmq.ts"
import { bullmqRedis } from "../systems/bullmq-redis.ts"
import { floor } from "../systems/floor.ts"
import { graphileWorker } from "../systems/graphile-worker.ts"
import { pgBoss } from "../systems/pg-boss.ts"
import { sluice } from "../systems/sluice.ts"

// GoodJob enqueues in Ruby, which is not measured here. pg-boss and BullMQ can't enqueue from SQL.
export const enqueue: Scenario = {
  name: "enqueue",
  about:
    "Enqueueing from one process: one job after another, 1,000 in a call, and one by one within one SQL statement.",
  figure: "jobsPerSecond",
  variants: [
    {
      label: "one by one",
      systems: [sluice, graphileWorker, pgBoss, bullmq, bullmqRedis, floor],
      measure: (system, run) => measure(system, run, 2_000, oneByOne),
    },
    {
      label: "in bulk",
      systems: [sluice, graphileWorker, pgBoss, bullmq, bullmqRedis, floor],
      measure: (system, run) => measure(system, run, 50_000, enqueueInBulk),
    },
    {
      label: "in SQL",
      systems: [sluice, graphileWorker, floor],
      measure: (system, run) => measure(system, run, 20_000, inSql),
    },
  ],
}

type Store = (enqueuer: Enqueuer, count: number, database: Database) => Promise<number>

/** Counts calls. The statements of a system are in the `wal` scenario. */
async function measure(system: System, run: Run, jobs: number, store: Store): Promise<Measurement> {
  const count = run.jobs(jobs)
  const database = await run.server.createDatabase(system)
  const enqueuer = await system.openEnqueuer(database.url)
  try {
    await store(enqueuer, Math.ceil(count / 10), database) // warms up the compiler and the schema's caches
    const measured = await measureWork(database, () => store(enqueuer, count, database))
    const { value: statements, seconds, walBytes } = measured
    return { jobs: count, seconds, walBytes, statements, duplicates: 0, missing: 0 }
  } finally {
    await enqueuer.end()
    await database.drop()
  }
}

async function oneByOne(enqueuer: Enqueuer, count: number): Promise<number> {
  for (let n = 0; n < count; n++) await enqueuer.one({ n })
  return count
}

async function inSql({ inSql = "" }: Enqueuer, count: number, { pool }: Database): Promise<number> {
  await pool.query(inSql, [0, count - 1])
  return 1
}

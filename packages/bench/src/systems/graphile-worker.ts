import { makeWorkerUtils, runMigrations, runTaskList, type TaskList, type WorkerPool } from "graphile-worker"
import { BATCH, openPool, type Payload, payloadSql, rowSources, type System } from "../system.ts"

/** This and the other settings are those of graphile-worker's perfTest/graphile.config.js, main branch, 0.18. */
const CONCURRENT_JOBS = 24
const PRESET = {
  worker: {
    concurrentJobs: CONCURRENT_JOBS,
    localQueue: { size: BATCH, refetchDelay: { durationMs: 10 } },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
}

const logger = { error() {}, warn() {}, info() {}, debug() {}, scope: () => logger } as never

/** Configured as in its own performance test, where it is about ten times faster than with its defaults. */
export const graphileWorker: System = {
  name: "graphile-worker",
  module: import.meta.url,
  settings: `localQueue ${BATCH}, refetchDelay 10 ms, completeJobBatchDelay 0, failJobBatchDelay 0`,
  watchfulSettings: "no setting: a job locked by a dead worker is released after 4 hours",
  keepsHistory: false,
  share: 1,
  knows: ["blocked", "scheduled"],

  async prepare(url) {
    await runMigrations({ connectionString: url, logger })
  },

  // add_jobs with an array, as in perfTest/init.js. Blocked jobs are in two locked queues, as there.
  async fill(database, backlog) {
    const queue = backlog.obstacle === "blocked" ? "'key-' || i % 2" : "null"
    const runAt = backlog.obstacle === "scheduled" ? "now() + interval '1 day'" : "null"
    for (const numbers of rowSources(backlog)) {
      await database.query(
        `select 1 from graphile_worker.add_jobs(array(
           select json_populate_record(null::graphile_worker.job_spec, json_build_object(
             'identifier', 'noop', 'payload', ${payloadSql(backlog)}, 'queue_name', ${queue}, 'run_at', ${runAt}))
           from ${numbers}))`,
      )
    }
    await database.query(
      "update graphile_worker._private_job_queues set locked_at = now(), locked_by = 'another' where queue_name like 'key-%'",
    )
  },

  async openEnqueuer(url) {
    const pgPool = openPool(url, 8)
    const utils = await makeWorkerUtils({ pgPool, preset: { worker: { logger } } as never })
    return {
      one: (payload) => utils.addJob("noop", payload),
      many: (payloads) => utils.addJobs(payloads.map((payload) => ({ identifier: "noop", payload }))),
      inSql:
        "select graphile_worker.add_job('noop', json_build_object('n', i)) from generate_series($1::int, $2::int) i",
      async end() {
        await utils.release()
        await pgPool.end()
      },
    }
  },

  async openWorker({ url, concurrency, perform }) {
    const pgPool = openPool(url, CONCURRENT_JOBS + 1)
    await Promise.all(Array.from({ length: 4 }, () => pgPool.query("select")))
    const tasks: TaskList = { noop: (payload) => perform(payload as Payload) }
    const preset = { worker: { ...PRESET.worker, concurrentJobs: concurrency, logger } } as never
    let pool: WorkerPool | undefined
    return {
      start() {
        pool = runTaskList({ preset, noHandleSignals: true } as never, tasks, pgPool)
      },
      async stop() {
        await pool?.gracefulShutdown()
        await pgPool.end()
      },
    }
  },

  async isDone(database) {
    const { rows } = await database.query(
      "select from graphile_worker._private_jobs where job_queue_id is null and run_at <= now() limit 1",
    )
    return rows.length === 0
  },
}

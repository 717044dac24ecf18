import { createRequire } from "node:module"
import { openPool, type Payload, payloadSql, rowSources, type System } from "../system.ts"

// its ESM build imports its own files without extensions, which Node doesn't resolve
const { createPostgresBackend, Queue, runMigrations, Worker } = createRequire(import.meta.url)(
  "bullmq",
) as typeof import("bullmq")

const QUEUE = "noop"
const MAX_CONNECTIONS = 24

/**
 * On its PostgreSQL backend. One worker per process with its fastest concurrency (docs/gitbook/guide/postgresql.md:
 * "concurrency 8–32"), a pool of that size, and `removeOnComplete` as on that page and in its
 * python/benchmark_backends.py.
 */
export const bullmq: System = {
  name: "bullmq (Postgres)",
  module: import.meta.url,
  settings: "removeOnComplete",
  watchfulSettings: "lockDuration 10 s, stalledInterval 1 s; defaults 30 s",
  keepsHistory: false,
  share: 0.03,
  knows: ["scheduled"],

  async prepare(url) {
    const pool = openPool(url, 1)
    const client = await pool.connect()
    await runMigrations(client as never)
    client.release()
    await pool.end()
  },

  async fill(database, backlog) {
    const delay = backlog.obstacle === "scheduled" ? 86_400_000 : 0
    for (const numbers of rowSources(backlog, 20_000)) {
      await database.query(
        `select count(*) from bullmq.add_jobs_bulk('${QUEUE}', (
           select jsonb_agg(jsonb_build_object('name', 'noop', 'data', ${payloadSql(backlog)}, 'delay', ${delay},
             'timestamp', (extract(epoch from now()) * 1000)::bigint, 'opts', '{"removeOnComplete": true}'::jsonb)) from ${numbers}))`,
      )
    }
  },

  async openEnqueuer(url) {
    const queue = new Queue(
      QUEUE,
      { connection: { connectionString: url, max: 8 } as never },
      createPostgresBackend as never,
    )
    queue.on("error", () => {})
    await queue.waitUntilReady()
    const opts = { removeOnComplete: true }
    return {
      one: (payload) => queue.add("noop", payload, opts),
      many: (payloads) => queue.addBulk(payloads.map((data) => ({ name: "noop", data, opts }))),
      end: () => queue.close(),
    }
  },

  async openWorker({ url, concurrency, isWatchful, perform }) {
    const worker = new Worker(
      QUEUE,
      async (job) => perform(job.data as Payload),
      {
        connection: { connectionString: url, max: Math.min(concurrency, MAX_CONNECTIONS) } as never,
        concurrency,
        autorun: false,
        removeOnComplete: { count: 0 },
        ...(isWatchful && { lockDuration: 10_000, stalledInterval: 1_000 }),
      },
      createPostgresBackend as never,
    )
    worker.on("error", () => {})
    await worker.waitUntilReady()
    return {
      start: () => void worker.run(),
      stop: () => worker.close(true),
    }
  },

  async isDone(database) {
    const { rows } = await database.query(
      "select from bullmq.job where state in ('waiting', 'active') limit 1",
    )
    return rows.length === 0
  },
}

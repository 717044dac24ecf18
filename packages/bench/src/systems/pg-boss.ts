import { PgBoss } from "pg-boss"
import { BATCH, type Payload, payloadSql, rowSources, type System } from "../system.ts"

const QUEUE = "noop"

/** The least that it allows. A worker beats twice as often, and the supervisor fails and retries what has missed it. */
const HEARTBEAT_SECONDS = 10
const SUPERVISED = { supervise: true, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 }

/**
 * Fetches and completes jobs in batches (docs/api/jobs.md: `fetch` with `batchSize`, `complete` with a list of ids), which
 * is its cheapest way. Maintenance is off, as in its own examples/index-perf. Where jobs have to start at once, it runs
 * `work` with LISTEN/NOTIFY (docs/api/workers.md).
 */
export const pgBoss: System = {
  name: "pg-boss",
  module: import.meta.url,
  settings: `fetch and complete in batches of ${BATCH}`,
  watchfulSettings:
    "work, heartbeatSeconds 10 (the least), superviseIntervalSeconds and monitorIntervalSeconds 1; default: 15 minutes",
  keepsHistory: true,
  share: 0.5,
  knows: ["scheduled"],

  async prepare(url) {
    const boss = await startBoss(url, { migrate: true })
    await boss.createQueue(QUEUE, { notify: true } as never)
    await boss.stop({ graceful: false })
  },

  // The rows of its examples/index-perf.
  async fill(database, backlog) {
    const startAfter = backlog.obstacle === "scheduled" ? "now() + interval '1 day'" : "now()"
    for (const numbers of rowSources(backlog)) {
      await database.query(
        `insert into pgboss.job_common (name, data, start_after) select '${QUEUE}', ${payloadSql(backlog)}, ${startAfter} from ${numbers}`,
      )
    }
  },

  async openEnqueuer(url) {
    const boss = await startBoss(url, { max: 8, useListenNotify: true })
    return {
      one: (payload) => boss.send(QUEUE, payload),
      many: (payloads) =>
        boss.insert(
          QUEUE,
          payloads.map((data) => ({ data })),
        ),
      end: () => boss.stop({ graceful: false }),
    }
  },

  async openWorker({ url, lingers, isWatchful, perform }) {
    const options = isWatchful ? SUPERVISED : { useListenNotify: lingers } // a retry doesn't notify
    const boss = await startBoss(url, { max: 2, ...options })
    if (isWatchful) await boss.updateQueue(QUEUE, { heartbeatSeconds: HEARTBEAT_SECONDS })
    let isStopped = false
    let ended = Promise.resolve()
    return {
      start() {
        ended = lingers ? work() : fetchAndComplete()
      },
      async stop() {
        isStopped = true
        await ended
        await boss.stop({ graceful: false })
      },
    }

    async function fetchAndComplete() {
      while (!isStopped) {
        const jobs = await boss.fetch<Payload>(QUEUE, { batchSize: BATCH })
        if (jobs.length === 0) return
        for (const { data } of jobs) await perform(data)
        await boss.complete(
          QUEUE,
          jobs.map(({ id }) => id),
        )
      }
    }

    async function work() {
      const options = { batchSize: BATCH, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true }
      await boss.work<Payload>(QUEUE, options, async (jobs) => {
        await Promise.all(jobs.map(({ data }) => perform(data)))
      })
    }
  },

  async isDone(database) {
    const { rows } = await database.query(
      `select from pgboss.job_common where name = '${QUEUE}' and state < 'completed' and start_after <= now() limit 1`,
    )
    return rows.length === 0
  },
}

async function startBoss(url: string, options: Record<string, unknown>): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    supervise: false,
    schedule: false,
    migrate: false,
    ...options,
  })
  boss.on("error", () => {})
  await boss.start()
  return boss
}

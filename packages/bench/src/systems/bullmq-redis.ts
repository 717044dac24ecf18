import { randomBytes } from "node:crypto"
import { createRequire } from "node:module"
import type { Queue as BullQueue } from "bullmq"
import { whyNoRedis } from "../measure/redis.ts"
import type { Backlog, Payload, System } from "../system.ts"

// its ESM build imports its own files without extensions, which Node doesn't resolve
const { Queue, Worker } = createRequire(import.meta.url)("bullmq") as typeof import("bullmq")

const QUEUE = "noop"
const OPTIONS = { removeOnComplete: true }
const IN_BULK = 1_000

/** The harness's own connection to the Redis of the current measurement. */
let harness: BullQueue | undefined

/**
 * On Redis, its default backend. One worker per process with its fastest concurrency (docs/gitbook/guide/postgresql.md:
 * "concurrency 8–32"), and Redis persistent as docs/gitbook/guide/going-to-production.md recommends.
 */
export const bullmqRedis: System = {
  name: "bullmq (Redis)",
  module: import.meta.url,
  settings: "removeOnComplete; Redis with appendonly yes, appendfsync everysec",
  note: "not in your database. Redis syncs its append-only file once a second, as BullMQ recommends, so a crash of the machine loses up to a second of jobs, and no job commits with your data. WAL bytes are those of that file, and its commands aren't counted as statements.",
  store: "redis",
  whyMissing: whyNoRedis,
  watchfulSettings: "lockDuration 10 s, stalledInterval 1 s; defaults 30 s",
  keepsHistory: false,
  share: 0.2,
  knows: [],

  async prepare(url) {
    harness = openQueue(url)
    await harness.waitUntilReady()
  },

  async fill(_, backlog) {
    for (const payloads of payloadsOf(backlog)) {
      await harness?.addBulk(payloads.map((data) => ({ name: "noop", data, opts: OPTIONS })))
    }
  },

  async openEnqueuer(url) {
    const queue = openQueue(url)
    await queue.waitUntilReady()
    return {
      one: (payload) => queue.add("noop", payload, OPTIONS),
      many: (payloads) => queue.addBulk(payloads.map((data) => ({ name: "noop", data, opts: OPTIONS }))),
      end: () => queue.close(),
    }
  },

  async openWorker({ url, concurrency, isWatchful, perform }) {
    const worker = new Worker(QUEUE, async (job) => perform(job.data as Payload), {
      connection: connectionTo(url),
      concurrency,
      autorun: false,
      removeOnComplete: { count: 0 },
      ...(isWatchful && { lockDuration: 10_000, stalledInterval: 1_000 }),
    })
    worker.on("error", () => {})
    await worker.waitUntilReady()
    return {
      start: () => void worker.run(),
      stop: () => worker.close(true),
    }
  },

  async isDone() {
    const counts = await harness?.getJobCounts("waiting", "active")
    return counts?.waiting === 0 && counts.active === 0
  },
}

function openQueue(url: string): BullQueue {
  const queue = new Queue(QUEUE, { connection: connectionTo(url) })
  queue.on("error", () => {})
  return queue
}

/** Doesn't reconnect, so that a connection ends with the Redis of its measurement. */
function connectionTo(path: string) {
  return { path, maxRetriesPerRequest: null, retryStrategy: () => null }
}

function* payloadsOf({ first = 0, count, payloadBytes = 0 }: Backlog): Generator<Payload[]> {
  const text = () => randomBytes(payloadBytes / 2).toString("hex")
  for (let from = first; from < first + count; from += IN_BULK) {
    const numbers = Array.from(
      { length: Math.min(IN_BULK, first + count - from) },
      (_, index) => from + index,
    )
    yield numbers.map((n) => (payloadBytes > 0 ? { n, text: text() } : { n }))
  }
}

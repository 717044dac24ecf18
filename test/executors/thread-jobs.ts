import { existsSync } from "node:fs"
import { appendFile } from "node:fs/promises"
import { isMainThread, parentPort, threadId } from "node:worker_threads"
import { Discard, defineJob, RetryAfter, Snooze } from "@sluice/core"
import { thread } from "@sluice/core/thread"
import * as v from "valibot"

// Loaded by the tests, and again by the threads that they start.

export const addUp = defineJob({
  name: "add-up",
  input: v.object({
    numbers: v.array(v.number()),
    at: v.pipe(
      v.string(),
      v.transform((text) => new Date(text)),
    ),
  }),
  executor: thread(import.meta.url),
  perform({ numbers, at }, { id, attempt, maxAttempts, queue, tags, deadlineAt, enqueuedAt, log }) {
    log.info("adding up", { numbers })
    log.debug("what is no data", { perform() {} })
    const sum = numbers.reduce((total, number) => total + number, 0)
    const times = [at, deadlineAt, enqueuedAt].map((time) => time instanceof Date && time.toISOString())
    return { sum, isMainThread, threadId, id, attempt, maxAttempts, queue, tags, times }
  },
})

/** Computes until a file is there: nothing else can happen in its thread. */
export const spin = defineJob({
  name: "spin",
  timeout: "1m",
  executor: thread(import.meta.url),
  async perform({ until, log }: { until: string; log?: string }) {
    if (log) await appendFile(log, "began\n")
    while (!existsSync(until));
  },
})

export const touch = defineJob({
  name: "touch",
  priority: 1,
  perform: ({ path }: { path: string }) => appendFile(path, ""),
})

export const fail = defineJob({
  name: "fail",
  executor: thread(import.meta.url),
  perform({ how }: { how: "throw" | "discard" | "retry" | "snooze" | "exit" | "uncaught" | "bigint" }) {
    if (how === "throw") throw new RangeError("out of range")
    if (how === "discard") throw new Discard("unsubscribed")
    if (how === "retry") throw new RetryAfter("10m")
    if (how === "snooze") throw new Snooze("1h")
    if (how === "exit") process.exit(7)
    if (how === "bigint") return 1n
    setTimeout(() => {
      throw new Error("nobody catches this")
    })
    return new Promise(() => {})
  },
})

export const chatty = defineJob({
  name: "chatty",
  executor: thread(import.meta.url),
  perform({ messages }: { messages: unknown[] }) {
    for (const message of messages) parentPort?.postMessage(message)
    return "done"
  },
})

export const lost = defineJob({
  name: "lost",
  executor: thread(new URL("fixtures/no-jobs.ts", import.meta.url)),
  perform() {},
})

export const large = defineJob({
  name: "large",
  maxAttempts: 1,
  output: v.string(),
  executor: thread(import.meta.url),
  perform: ({ bytes }: { bytes: number }) => "x".repeat(bytes),
})

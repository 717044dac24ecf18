import { correlate, defineJob, type Logger } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

interface Line {
  message: string
  correlationId?: unknown
  jobId?: unknown
}

/** A log that keeps its lines. */
function keepingLog() {
  const lines: Line[] = []
  const write = (message: string, details?: Record<string, unknown>) =>
    void lines.push({ message, ...details })
  const log: Logger = { debug() {}, info: write, warn: write, error: write }
  return { lines, log }
}

const { sluice, drainOnce } = drainable(database, [
  defineJob({
    name: "parent",
    async perform(_payload, { log }) {
      log.info("parent at work")
      await sluice.enqueue("child", {})
      await sluice.enqueueMany([{ name: "child" }])
    },
  }),
  defineJob({
    name: "child",
    perform(_payload, { log }) {
      log.info("child at work")
    },
  }),
  defineJob({
    name: "fails-once",
    backoff: { base: 0 },
    perform(_payload, { log, attempt }) {
      log.info(`attempt ${attempt}`)
      if (attempt === 1) throw new Error("the first time")
    },
  }),
])

test("a job's log has the correlation id of its enqueue, and so has that of the jobs it enqueues", async () => {
  const { lines, log } = keepingLog()
  const { id } = await correlate("request-7", () => sluice.enqueue("parent", {}))
  await drainOnce({ log })
  expect(lines.filter(({ message }) => message.endsWith("at work"))).toEqual([
    { message: "parent at work", correlationId: "request-7", jobId: id, job: "parent", attempt: 1 },
    expect.objectContaining({ message: "child at work", correlationId: "request-7" }),
    expect.objectContaining({ message: "child at work", correlationId: "request-7" }),
  ])
})

test("jobs performed side by side keep their own correlation ids", async () => {
  const { lines, log } = keepingLog()
  const names = Array.from({ length: 20 }, (_, place) => `request-${place}`)
  for (const name of names) await correlate(name, () => sluice.enqueue("parent", {}))
  await drainOnce({ log })
  const ofChildren = lines.filter(({ message }) => message === "child at work")
  expect(ofChildren.map(({ correlationId }) => correlationId).toSorted()).toEqual(
    [...names, ...names].toSorted(),
  )
})

test("a retry has the correlation id still", async () => {
  const { lines, log } = keepingLog()
  await correlate("request-8", () => sluice.enqueue("fails-once", {}))
  await drainOnce({ log })
  await drainOnce({ log })
  expect(lines.filter(({ message }) => message.startsWith("attempt"))).toEqual([
    expect.objectContaining({ message: "attempt 1", correlationId: "request-8" }),
    expect.objectContaining({ message: "attempt 2", correlationId: "request-8" }),
  ])
})

test("a job with a unique or an idempotency key carries it as well", async () => {
  const { lines, log } = keepingLog()
  await correlate("request-9", async () => {
    await sluice.enqueue("child", {}, { uniqueKey: "one" })
    await sluice.enqueue("child", {}, { idempotencyKey: "one" })
  })
  await drainOnce({ log })
  expect(lines.map(({ correlationId }) => correlationId)).toEqual(["request-9", "request-9"])
})

test("a job enqueued under no correlation id stores nothing, and its log is without", async () => {
  const { lines, log } = keepingLog()
  await sluice.enqueue("child", {})
  expect(await database.rows("select carrier from sluice.jobs")).toEqual([{ carrier: null }])
  await drainOnce({ log })
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toHaveProperty("correlationId")
})

test("a correlation id that can't be stored is refused before the work begins", () => {
  expect(() => correlate("", () => expect.unreachable())).toThrow("text of 1 to 512 characters, without NUL")
  expect(() => correlate("a\0b", () => expect.unreachable())).toThrow("text of 1 to 512 characters")
})

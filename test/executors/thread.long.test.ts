import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { addUp, chatty, fail, large, lost } from "./thread-jobs.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [addUp, chatty, fail, large, lost])
const payload = { numbers: [1, 2, 3], at: "2026-01-02T03:04:05.000Z" }

test("a thread performs with the parsed payload and the context; its result is stored and its log is the drain's", async () => {
  const lines: [string, unknown][] = []
  const keep = (message: string, details?: Record<string, unknown>) => lines.push([message, details])
  const { id } = await sluice.enqueue("add-up", payload, { tags: ["a"], maxAttempts: 3 })
  expect(await drainOnce({ log: { debug: keep, info: keep, warn: keep, error: keep } })).toMatchObject({
    succeeded: 1,
  })
  expect((await sluice.getJob(id))?.result).toEqual({
    sum: 6,
    isMainThread: false,
    threadId: expect.any(Number),
    id,
    attempt: 1,
    maxAttempts: 3,
    queue: "default",
    tags: ["a"],
    times: [payload.at, expect.any(String), expect.any(String)],
  })
  expect(lines.filter(([message]) => message !== "Job succeeded")).toEqual([
    ["adding up", expect.objectContaining({ numbers: [1, 2, 3], jobId: id })],
    ["what is no data", expect.objectContaining({ details: expect.stringContaining("perform"), jobId: id })],
  ])
})

test("a payload is checked in the drainer, before a thread hears of it", async () => {
  const { id } = await sluice.enqueue("add-up", payload)
  await database.rows(`update sluice.jobs set payload = '{"numbers": 7}' where id = $1`, [id])
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ errors: [{ class: "InvalidPayloadError" }] })
})

test.each([
  ["throw", { retried: 1 }, { class: "RangeError", message: "out of range", stack: /thread-jobs\.ts/ }],
  ["discard", { discarded: 1 }, { class: "Discard", message: "unsubscribed" }],
  ["retry", { retried: 1 }, { class: "RetryAfter" }],
  ["exit", { retried: 1 }, { class: "SluiceError", message: /ended with exit code 7/ }],
  ["uncaught", { retried: 1 }, { class: "Error", message: "nobody catches this" }],
])(
  "what a job in a thread does wrong is recorded as it would be elsewhere: %s",
  async (how, summary, error) => {
    const { id } = await sluice.enqueue("fail", { how })
    expect(await drainOnce()).toMatchObject({ ...summary, stuck: 0 })
    const matching = Object.entries(error).map(([key, value]) => [
      key,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ])
    expect((await sluice.getJob(id))?.errors).toEqual([expect.objectContaining(Object.fromEntries(matching))])
    await database.rows("delete from sluice.jobs")
  },
)

test("a wait that the thread chose is kept", async () => {
  const { id } = await sluice.enqueue("fail", { how: "snooze" })
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  const [{ wait }] = await database.rows(
    "select extract(epoch from run_at - now())::int as wait from sluice.jobs where id = $1",
    [id],
  )
  expect(wait).toBeGreaterThan(3_500)
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errors: [] })
  await database.rows("delete from sluice.jobs")
})

test("a result that is not JSON is dropped, for the work is done", async () => {
  const { id } = await sluice.enqueue("fail", { how: "bigint" })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: null })
})

test("with an output schema, a result that is too large to be sent is an error that says so", async () => {
  const { id } = await sluice.enqueue("large", { bytes: 300_000 })
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    errors: [{ code: "invalid_result", message: "The result is over 256 KiB and was not stored" }],
  })
  const small = await sluice.enqueue("large", { bytes: 3 })
  await drainOnce()
  expect(await sluice.getJob(small.id)).toMatchObject({ state: "succeeded", result: "xxx" })
})

test("a module that does not define the job is named", async () => {
  const { id } = await sluice.enqueue("lost", {})
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect((await sluice.getJob(id))?.errors[0]?.message).toContain("fixtures/no-jobs.ts")
})

test("what a job in a thread posts for itself is not taken for words of ours", async () => {
  const { id } = await sluice.enqueue("chatty", {
    messages: ["text", null, {}, { kind: "log", level: "loud" }],
  })
  expect(await drainOnce()).toMatchObject({ succeeded: 1, stuck: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ result: "done" })
})

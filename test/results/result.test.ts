import { createSluice, Discard, defineJob, type Sluice, start } from "@sluice/core"
import { expect, expectTypeOf, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const greet = defineJob({
  name: "greet",
  perform: ({ to }: { to: string }) => ({ greeting: `Hello ${to}`, at: new Date(0) }),
})
const nothing = defineJob({ name: "nothing", perform() {} })
const discarded = defineJob({
  name: "discarded",
  perform() {
    throw Object.assign(new Discard("no such address"), { code: "unknown_recipient" })
  },
})
const { sluice, drainOnce } = drainable(database, [greet, nothing, discarded])

function work(working: Sluice = sluice) {
  const worker = start(working, { connect: database.connect })
  onTestFinished(() => worker.stop())
}

test("result() returns what perform has returned, as the JSON that is stored, with its type", async () => {
  work()
  const result = await (await greet.enqueue({ to: "Ada" })).result()
  expectTypeOf(result).toEqualTypeOf<{ greeting: string; at: string } | null>()
  expect(result).toEqual({ greeting: "Hello Ada", at: "1970-01-01T00:00:00.000Z" })
  const byName = await (await sluice.enqueue<typeof greet>("greet", { to: "Eve" })).result()
  expectTypeOf(byName).toEqualTypeOf<{ greeting: string; at: string } | null>()
  expect(byName?.greeting).toBe("Hello Eve")
  expect(await (await nothing.enqueue({})).result(), "a job without a result").toBe(null)
})

test("a handle looks like the result of an enqueue, and is written as JSON like that", async () => {
  const handle = await nothing.enqueue({}, { delay: "1h" })
  expect(handle).toEqual({ id: handle.id, status: "enqueued", state: "scheduled" })
  expect(Object.keys(handle)).toEqual(["id", "status", "state"])
})

test("the result of a job is also awaited by its id, in any process, also after its end", async () => {
  const { id } = await greet.enqueue({ to: "Ada" })
  await drainOnce()
  expect(await greet.result(id)).toMatchObject({ greeting: "Hello Ada" })
  expect(await createSluice({ database: database.pool }).waitForJob(id)).toMatchObject({
    state: "succeeded",
    result: { greeting: "Hello Ada" },
  })
  await expect(nothing.result(id)).rejects.toMatchObject({ code: "job_not_found" })
})

test("result() rejects with the error of a job that is discarded", async () => {
  work()
  const handle = await discarded.enqueue({})
  await expect(handle.result()).rejects.toMatchObject({
    name: "JobFailedError",
    code: "job_discarded",
    jobId: handle.id,
    message: expect.stringContaining("no such address"),
    cause: { class: "Discard", message: "no such address", attempt: 1 },
  })
})

test("result() rejects when the job is canceled before it began", async () => {
  const handle = await nothing.enqueue({}, { delay: "1h" })
  const waiting = handle.result()
  await sluice.cancelJob(handle.id)
  await expect(waiting).rejects.toMatchObject({ code: "job_canceled", jobId: handle.id })
})

test("result() rejects when its timeout passes, and the job isn't affected", async () => {
  const handle = await nothing.enqueue({}, { delay: "1h" })
  await expect(handle.result({ timeout: "50ms" })).rejects.toMatchObject({
    name: "TimeoutError",
    code: "result_timeout",
  })
  expect(await sluice.getJob(handle.id)).toMatchObject({ state: "scheduled" })
  expect(await sluice.waitForJob(handle.id, { timeout: "50ms" })).toMatchObject({ state: "scheduled" })
})

test("the signal ends a wait with its reason", async () => {
  const handle = await nothing.enqueue({}, { delay: "1h" })
  const gone = new AbortController()
  const waiting = handle.result({ signal: gone.signal })
  gone.abort(new Error("the client is gone"))
  await expect(waiting).rejects.toThrow("the client is gone")
  await expect(handle.result({ signal: gone.signal })).rejects.toThrow("the client is gone")
})

test("a job that was enqueued in a transaction is unknown before the commit, and awaited after it", async () => {
  work()
  const client = await database.pool.connect()
  await client.query("begin")
  const handle = await greet.enqueue({ to: "Ada" }, { transaction: client })
  await expect(handle.result()).rejects.toMatchObject({ code: "job_not_found" })
  await client.query("commit")
  client.release()
  expect(await handle.result()).toMatchObject({ greeting: "Hello Ada" })
})

test("a retried job is awaited until its next end", async () => {
  const { id } = await discarded.enqueue({})
  await drainOnce()
  await sluice.retryJob(id)
  const waiting = sluice.waitForJob(id)
  await drainOnce()
  expect(await waiting).toMatchObject({ state: "discarded", errorCount: 2 })
})

test.each([
  ["an unknown option", { within: "1s" }, "unknown_option"],
  ["a timeout that is no duration", { timeout: "soon" }, "invalid_duration"],
  ["a negative timeout", { timeout: -1 }, "invalid_duration"],
  ["a timeout of more than a day", { timeout: "25h" }, "invalid_duration"],
  ["a signal that is none", { signal: {} }, "invalid_option"],
])("%s is refused before anything is awaited", async (_what, options, code) => {
  const { id } = await nothing.enqueue({}, { delay: "1h" })
  await expect(sluice.waitForJob(id, options as never)).rejects.toMatchObject({ code })
})

test("an id that is none is refused, and an unknown one isn't awaited", async () => {
  await expect(sluice.waitForJob("x")).rejects.toMatchObject({ code: "invalid_id" })
  await expect(sluice.waitForJob("99999999")).rejects.toMatchObject({ code: "job_not_found" })
  expect(() => createSluice({ database: database.pool, listen: "url" as never })).toThrow("listen")
})

import { defineJob, type JobContext, WaitNotFoundError, WaitStateError, WaitTimeoutError } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
afterEach(() =>
  database.pool.query("truncate sluice.jobs, sluice.progress, sluice.waits, sluice.waiting_jobs"),
)

let work: (context: JobContext) => Promise<unknown>
const job = defineJob({ name: "job", maxAttempts: 1, perform: (_payload: unknown, context) => work(context) })
const { sluice, drainOnce } = drainable(database, [job])

const stateOf = async (id: string) => (await sluice.getJob(id))?.state
const tokens = () => database.rows("select token, state, value from sluice.waits order by token")

/** As if the timeout of every wait had passed. */
async function timeOut(): Promise<void> {
  await database.pool.query("update sluice.progress set until_at = now() where kind = 'wait'")
  await database.pool.query("update sluice.jobs set run_at = now()")
}

test("a job waits for its token without running, and continues with the value once it is completed", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) => waitFor("approval 1")
  expect(await drainOnce()).toMatchObject({ snoozed: 1, dueWork: false })
  expect(await sluice.getJob(id)).toMatchObject({ state: "waiting", attempts: 0, errors: [] })
  expect((await sluice.listJobs({ state: "waiting" })).jobs).toMatchObject([{ id, state: "waiting" }])
  expect(await database.rows("select state from sluice.unfinished_jobs")).toEqual([{ state: "waiting" }])
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })

  await sluice.completeWait("approval 1", { by: "ada" })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, result: { by: "ada" } })
})

test("it waits 30 days, or its timeout, which the first execution decides", async () => {
  const daysLeft = async () =>
    Number(
      (
        await database.rows(
          "select round(extract(epoch from run_at - now()) / 86400) as days from sluice.jobs",
        )
      )[0].days,
    )
  await job.enqueue({})
  work = async ({ waitFor }) => waitFor("t")
  await drainOnce()
  expect(await daysLeft()).toBe(30)

  await database.pool.query("update sluice.jobs set run_at = now()")
  work = async ({ waitFor }) => waitFor("t", { timeout: "3d" })
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  expect(await daysLeft()).toBe(30)
})

test("after the timeout waitFor throws, in every later execution too, and the token can't be completed any more", async () => {
  const { id } = await job.enqueue({}, { maxAttempts: 2 })
  let fail = true
  work = async ({ waitFor }) => {
    await expect(waitFor("t", { timeout: "1h" })).rejects.toBeInstanceOf(WaitTimeoutError)
    if (fail) throw new Error("later")
    return "escalated"
  }
  await drainOnce()
  await timeOut()
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  await expect(sluice.completeWait("t", 1)).rejects.toMatchObject({ code: "wait_timed_out" })
  fail = false
  await database.pool.query("update sluice.jobs set run_at = now()")
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: "escalated" })
})

test("a token is completed once; one that no job knows is not", async () => {
  await job.enqueue({})
  work = async ({ waitFor }) => waitFor("t")
  await drainOnce()
  await sluice.completeWait("t", "first")
  const again = sluice.completeWait("t", "second")
  await expect(again).rejects.toBeInstanceOf(WaitStateError)
  await expect(again).rejects.toMatchObject({ code: "wait_completed" })
  await expect(sluice.completeWait("other")).rejects.toBeInstanceOf(WaitNotFoundError)
  await drainOnce()
  expect(await database.rows("select result from sluice.finished order by id desc limit 1")).toEqual([
    { result: "first" },
  ])
  await expect(sluice.completeWait("t")).rejects.toMatchObject({ code: "wait_completed" })
  expect(await tokens()).toEqual([{ token: "t", state: "completed", value: "first" }])
})

test("of many who complete a token at once one does, and the job gets the value of that one", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) => waitFor("t")
  await drainOnce()
  const attempts = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => sluice.completeWait("t", n)))
  const winners = attempts.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []))
  expect(winners).toHaveLength(1)
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toBe(winners[0])
})

test("a token that was opened can be completed before the job comes to it", async () => {
  const { id } = await job.enqueue({})
  work = async ({ openWait, waitFor }) => {
    await openWait("t")
    await openWait("t")
    await sluice.completeWait("t", "at once")
    return waitFor("t")
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1, snoozed: 0 })
  expect((await sluice.getJob(id))?.result).toBe("at once")
})

test("completed early, a token waits for the job that comes to it", async () => {
  await sluice.completeWait("t", 7, { early: true })
  await expect(sluice.completeWait("t", 8, { early: true })).rejects.toMatchObject({ code: "wait_completed" })
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) => waitFor("t")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect((await sluice.getJob(id))?.result).toBe(7)
})

test("a token that is completed while the job is put back makes it due at once", async () => {
  const { id } = await job.enqueue({})
  let complete = true
  work = async ({ waitFor }) => {
    const value = await waitFor("t").catch(async (snooze) => {
      if (complete) await sluice.completeWait("t", "in between")
      complete = false
      throw snooze
    })
    return value
  }
  await drainOnce()
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: "in between" })
})

test("jobs that wait for the same token all get its value", async () => {
  const handles = await sluice.enqueueMany([
    { name: "job", payload: {} },
    { name: "job", payload: {} },
  ])
  work = async ({ waitFor }) => waitFor("deployed")
  expect(await drainOnce()).toMatchObject({ snoozed: 2 })
  await sluice.completeWait("deployed", "v2")
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  for (const { id } of handles) expect((await sluice.getJob(id))?.result).toBe("v2")
})

test("of two waits side by side the job continues with the first to end, and then waits for the other", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) =>
    Promise.all([waitFor("a", { timeout: "1d" }), waitFor("b", { timeout: "2d" })])
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await sluice.completeWait("b", "B")
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  expect(await stateOf(id)).toBe("waiting")
  await sluice.completeWait("a", "A")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect((await sluice.getJob(id))?.result).toEqual(["A", "B"])
})

test("a value that doesn't fit the schema is an error that names the token; one that fits is what the schema returns", async () => {
  const { id } = await job.enqueue({})
  const schema = z.object({ approved: z.boolean(), at: z.coerce.date() })
  work = async ({ waitFor }) => (await waitFor("t", { schema })).at.getUTCFullYear()
  await drainOnce()
  await sluice.completeWait("t", { approved: true, at: "2026-05-05T00:00:00Z" })
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toBe(2026)

  const second = await job.enqueue({})
  work = async ({ waitFor }) => waitFor("u", { schema })
  await drainOnce()
  await sluice.completeWait("u", { approved: "yes" })
  await drainOnce()
  expect(await sluice.getJob(second.id)).toMatchObject({
    state: "discarded",
    errors: [{ code: "invalid_wait_value", message: expect.stringMatching(/"u".*value\.approved/) }],
  })
})

test("a job that waits can be canceled, and its token is unknown then", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) => waitFor("t")
  await drainOnce()
  await sluice.cancelJob(id)
  await expect(sluice.completeWait("t")).rejects.toMatchObject({ code: "wait_not_found" })
  expect(await database.rows("select * from sluice.waiting_jobs")).toEqual([])
})

test("what a job has opened is closed by its end", async () => {
  await job.enqueue({})
  work = async ({ openWait }) => openWait("t")
  await drainOnce()
  await expect(sluice.completeWait("t")).rejects.toMatchObject({ code: "wait_not_found" })
})

test("a job that is run now waits again, and its wait still ends", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) => waitFor("t", { timeout: "1h" })
  await drainOnce()
  await sluice.runJobNow(id)
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  expect(await stateOf(id)).toBe("waiting")
  await sluice.completeWait("t", 1)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("attempts that fail beside a wait are charged, however often the job comes to it", async () => {
  const { id } = await job.enqueue({}, { maxAttempts: 3 })
  work = async ({ waitFor }) => {
    await waitFor("t").catch(() => {})
    throw new Error("no")
  }
  // a wait comes before what fails beside it
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await timeOut()
  for (let n = 0; n < 3; n++) {
    await database.pool.query("update sluice.jobs set run_at = now()")
    await drainOnce()
  }
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", attempts: 3 })
})

test.each([
  ["", {}, "invalid_option", /token/],
  [undefined, {}, "invalid_option", /token/],
  ["x".repeat(513), {}, "invalid_option", /token/],
  ["t", { timeout: "soon" }, "invalid_duration", /timeout/],
  ["t", { timout: "1h" }, "unknown_option", /"timout": did you mean "timeout"\?/],
  ["t", { transactional: true }, "unknown_option", /known options are timeout, schema$/],
])("waitFor(%j, %j) is refused with its reason", async (token, options, code, message) => {
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) => waitFor(token as string, options as never)
  await drainOnce()
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ code, message: expect.stringMatching(message) }])
  expect(await tokens()).toEqual([])
})

test.each([
  ["", undefined, {}, "invalid_option"],
  [undefined, undefined, {}, "invalid_option"],
  ["t", "x".repeat(300_000), {}, "payload_too_large"],
  ["t", "\0", {}, "invalid_payload"],
  ["t", { at: Number.NaN }, {}, "invalid_payload"],
  ["t", 1, { early: "yes" }, "invalid_option"],
  ["t", 1, { earlier: true }, "unknown_option"],
])("completeWait(%j, …, %j) is refused", async (token, value, options, code) => {
  await expect(sluice.completeWait(token as string, value, options as never)).rejects.toMatchObject({ code })
  expect(await tokens()).toEqual([])
})

test("in SQL, complete_wait does the same in the caller's transaction", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitFor }) => waitFor("t")
  await drainOnce()
  const client = await database.pool.connect()
  const complete = `select outcome, job_ids::text[] from sluice.complete_wait('t', '{"n": 1}')`
  await client.query("begin")
  expect((await client.query(complete)).rows).toEqual([{ outcome: "completed", job_ids: [id] }])
  await client.query("rollback")
  expect(await stateOf(id)).toBe("waiting")
  expect((await client.query(complete)).rows).toEqual([{ outcome: "completed", job_ids: [id] }])
  expect((await client.query(complete)).rows).toEqual([{ outcome: "already_completed", job_ids: [] }])
  await expect(client.query("select sluice.complete_wait('')")).rejects.toThrow(/p_token is ""/)
  client.release()
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toEqual({ n: 1 })
})

import { setTimeout as delay } from "node:timers/promises"
import { Discard, defineJob, type JobContext, WaitTimeoutError } from "@sluice/core"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

let work: (context: JobContext) => Promise<unknown>
let executions = 0
const job = defineJob({
  name: "job",
  maxAttempts: 1,
  perform(_payload: unknown, context) {
    executions++
    return work(context)
  },
})
const child = defineJob({
  name: "child",
  perform({ n }: { n: number }) {
    if (n < 0) throw new Discard("negative")
    return n
  },
})
const { sluice, drainOnce } = drainable(database, [job, child])

beforeEach(() => {
  executions = 0
})
afterEach(() =>
  database.pool.query(
    "truncate sluice.jobs, sluice.progress, sluice.waits, sluice.waiting_jobs, sluice.batches, sluice.batch_counts, sluice.gathered_jobs, sluice.orphaned_batches",
  ),
)

const found = async (id: string) => {
  const read = await sluice.getJob(id)
  return { state: read?.state, result: read?.result }
}

/** As if all sleeps were over. */
async function wakeUp(): Promise<void> {
  await database.pool.query("update sluice.progress set until_at = now() where kind = 'sleep'")
  await database.pool.query("update sluice.jobs set run_at = now() where state = 'scheduled'")
}

test.each(["a", "b"])("a race of two waits continues with the one that ends, here %s", async (token) => {
  work = ({ waitFor }) => Promise.race([waitFor("a"), waitFor("b")])
  const { id } = await job.enqueue({})
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await sluice.completeWait(token, `by ${token}`)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await found(id)).toEqual({ state: "succeeded", result: `by ${token}` })
})

test("a race has the same winner in each execution, also once the others have ended", async () => {
  const winners: unknown[] = []
  work = async ({ waitFor, enqueueAndWait, sleep, step }) => {
    winners.push(
      await Promise.race([
        enqueueAndWait("child", [{ job: child, payload: { n: 1 }, options: { delay: "1h" } }]),
        waitFor("a"),
        sleep("sleep", "1d").then(() => "slept"),
        waitFor("b"),
      ]),
    )
    await delay(20)
    await step("act", () => "acted")
    await sleep("later", "1h")
    if (executions < 4) throw new Error("again")
    return "done"
  }
  const { id } = await job.enqueue({}, { maxAttempts: 5 })
  await drainOnce()
  await sluice.completeWait("b", "B")
  await drainOnce()
  await sluice.completeWait("a", "A")
  for (let n = 0; n < 4; n++) {
    await wakeUp()
    await drainOnce()
  }
  expect((await found(id)).result).toBe("done")
  expect(new Set(winners)).toEqual(new Set(["B"]))
  expect(winners.length).toBe(3)
})

test("a job that goes on after a race isn't put back by the wait that lasts, whatever it awaits then", async () => {
  work = async ({ waitFor, sleep }) => {
    const answer = await Promise.race([waitFor("a"), sleep("1h")])
    await delay(20)
    return answer ?? "nobody has answered"
  }
  const { id } = await job.enqueue({})
  await drainOnce()
  await wakeUp()
  expect(await drainOnce()).toMatchObject({ succeeded: 1, snoozed: 0 })
  expect(await found(id)).toEqual({ state: "succeeded", result: "nobody has answered" })
})

test("waits of all kinds begin together, and put the job back once until the first ends", async () => {
  work = ({ waitFor, sleep, enqueueAndWait, all }) =>
    all([
      waitFor("a"),
      sleep("1h").then(() => "slept"),
      enqueueAndWait("child", [{ job: child, payload: { n: 7 } }]),
      "ready",
    ])
  const { id } = await job.enqueue({})
  expect(await drainOnce()).toMatchObject({ snoozed: 2, succeeded: 1 })
  expect(executions).toBe(2)
  expect((await sluice.getJob(id))?.waits).toMatchObject([{ token: "a", batchId: null }])
  await sluice.completeWait("a", "A")
  await wakeUp()
  await drainOnce()
  expect(executions).toBe(3)
  expect(await found(id)).toEqual({ state: "succeeded", result: ["A", "slept", [7], "ready"] })
})

test("all waits until the others have ended, too, if one fails, and throws the first error in their order", async () => {
  work = ({ waitFor, enqueueAndWait, all }) =>
    all([waitFor("a", { timeout: "1h" }), enqueueAndWait("child", [{ job: child, payload: { n: -1 } }])])
  const { id } = await job.enqueue({})
  await drainOnce()
  expect((await found(id)).state).toBe("waiting")
  await database.pool.query("update sluice.progress set until_at = now() where name = 'a'")
  await database.pool.query("update sluice.jobs set run_at = now()")
  await drainOnce()
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ class: WaitTimeoutError.name }])
})

test("a job that catches what all throws is put back all the same", async () => {
  await sluice.completeWait("a", 1, { early: true })
  work = async ({ waitFor, all }) => all([waitFor("a"), waitFor("b")]).catch(() => "caught")
  const { id } = await job.enqueue({})
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await sluice.completeWait("b", 2)
  await drainOnce()
  expect((await found(id)).result).toEqual([1, 2])
})

test("all takes a list", async () => {
  work = ({ all }) => all("waits" as never)
  const { id } = await job.enqueue({})
  await drainOnce()
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ code: "invalid_option" }])
})

test("a wait within a step puts the job back", async () => {
  work = ({ waitFor, step }) => step("ask", () => waitFor("a"))
  const { id } = await job.enqueue({})
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await sluice.completeWait("a", "A")
  await drainOnce()
  expect((await found(id)).result).toBe("A")
})

test("a wait that isn't awaited puts the job back", async () => {
  work = async ({ waitFor }) => {
    void waitFor("a")
    return "done"
  }
  const { id } = await job.enqueue({})
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await sluice.completeWait("a", "A")
  await drainOnce()
  expect((await found(id)).result).toBe("done")
})

test("a job whose code no longer comes to a wait runs once when that ends", async () => {
  work = ({ waitFor }) => waitFor("a")
  const { id } = await job.enqueue({})
  await drainOnce()
  work = ({ waitFor }) => waitFor("b")
  await sluice.completeWait("a")
  expect(await drainOnce()).toMatchObject({ snoozed: 1, dueWork: false })
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  expect((await found(id)).state).toBe("waiting")
})

test("such a wait that ends while the job is put back makes it run once more", async () => {
  let complete = false
  work = async ({ waitFor }) => {
    if (complete) await sluice.completeWait("a")
    if (executions === 1) await waitFor("a")
    complete = false
    return waitFor("b")
  }
  await job.enqueue({})
  await drainOnce()
  complete = true
  await database.pool.query("update sluice.jobs set run_at = now()")
  await drainOnce()
  await drainOnce()
  expect(executions).toBe(3)
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
})

import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeEach(() => void process.on("unhandledRejection", note))
afterEach(async () => {
  process.off("unhandledRejection", note)
  await database.pool.query("truncate sluice.jobs, sluice.progress, sluice.failures")
})

let work: (context: JobContext) => unknown
const perform = (_payload: unknown, context: JobContext) => work(context)
const job = defineJob({ name: "job", maxAttempts: 2, perform })
const whole = defineJob({ name: "whole", maxAttempts: 2, transactional: true, perform })
const { sluice, drainOnce } = drainable(database, [job, whole])

const fails = () => Promise.reject(new Error("nobody waits for this"))

test.each<[string, (context: JobContext) => unknown]>([
  ["at once", ({ step }) => void step("one", fails)],
  [
    "while the job is running",
    async ({ step }) => {
      void step("one", fails)
      await step("two", () => database.pool.query("select pg_sleep(0.05)").then(() => 2))
    },
  ],
  [
    "after the job's end",
    ({ step }) => void step("one", () => database.pool.query("select pg_sleep(0.05)").then(fails)),
  ],
])(
  "a step that nobody awaits and that fails %s fails the job, and is no unhandled rejection",
  async (_when, does) => {
    const { id } = await job.enqueue({})
    work = does
    expect(await drainOnce()).toMatchObject({ retried: 1, succeeded: 0 })
    expect(await sluice.getJob(id)).toMatchObject({ errors: [{ message: "nobody waits for this" }] })
    expect(unhandled).toEqual([])
  },
)

test("a step that fails and is caught doesn't fail the job", async () => {
  const { id } = await job.enqueue({})
  work = async ({ step }) => {
    await step("awaited", fails).catch(() => {})
    await Promise.allSettled([step("settled", fails)])
    const later = step("awaited later", fails)
    await step("two", () => 2)
    return later.then(undefined, () => "caught")
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1, retried: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ result: "caught" })
  expect(unhandled).toEqual([])
})

test("a step that a transactional job is refused fails it, awaited or not", async () => {
  const { id } = await whole.enqueue({})
  work = ({ step }) => void step("one", () => 1)
  expect(await drainOnce()).toMatchObject({ retried: 1, succeeded: 0 })
  expect((await sluice.getJob(id))?.errors[0]?.message).toMatch(/"whole" is transactional/)
  expect(unhandled).toEqual([])
})

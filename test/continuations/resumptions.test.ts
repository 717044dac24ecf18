import { defineJob, type JobContext, retryOn } from "@sluice/core"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { cuttable, makeDue } from "./cuts.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress, sluice.failures"))
let steps: number
beforeEach(() => {
  steps = 0
})
let work: (context: JobContext) => unknown
const perform = (_payload: unknown, context: JobContext) => work(context)
const job = defineJob({ name: "job", maxAttempts: 2, perform })
const limited = defineJob({ name: "limited", maxAttempts: 2, maxResumptions: 2, perform })
const once = defineJob({ name: "once", maxAttempts: 2, maxResumptions: 1, perform })
const retry = [retryOn(RangeError, { attempts: 2, wait: "1h" })]
const ruled = defineJob({ name: "ruled", retry, maxResumptions: 5, perform })
const { sluice, drainOnce, drainUntilCut, cut } = cuttable(database, [job, limited, once, ruled])

function fail() {
  throw new RangeError("failed without progress")
}

async function advanceAndFail({ step }: JobContext) {
  await step(`step ${++steps}`, () => {})
  throw new RangeError("failed after progress")
}

async function advanceUntilCut({ step, signal }: JobContext) {
  await step(`step ${++steps}`, () => cut(signal))
  await step("never", () => {})
}

async function drainWith(next: typeof work) {
  work = next
  await makeDue(database)
  return drainOnce()
}

test("a job that saves a checkpoint gets its attempts back, and its errors are kept", async () => {
  const { id } = await job.enqueue({})
  for (const next of [fail, advanceAndFail, advanceAndFail, advanceAndFail])
    expect(await drainWith(next)).toMatchObject({ retried: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 1, errorCount: 4 })
  expect(await drainWith(fail), "no checkpoint since the last failure").toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", attempts: 2, errorCount: 5 })
})

test("a checkpoint counts even if the execution that saved it was cut off", async () => {
  const { id } = await job.enqueue({})
  expect(await drainWith(fail)).toMatchObject({ retried: 1 })
  work = advanceUntilCut
  await makeDue(database)
  expect(await drainUntilCut()).toMatchObject({ snoozed: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0 })
  expect(await drainWith(fail)).toMatchObject({ retried: 1 })
})

test("what the rules have counted begins anew as well", async () => {
  const { id } = await ruled.enqueue({})
  for (const next of [fail, advanceAndFail]) expect(await drainWith(next)).toMatchObject({ retried: 1 })
  expect(await drainWith(fail)).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ errorCount: 3 })
})

test("a job that has failed after checkpoints as often as maxResumptions is discarded the next time", async () => {
  const { id } = await limited.enqueue({})
  for (const next of [advanceAndFail, advanceAndFail])
    expect(await drainWith(next)).toMatchObject({ retried: 1 })
  expect(await drainWith(advanceAndFail)).toMatchObject({ discarded: 1 })
  const { errors = [] } = (await sluice.getJob(id)) ?? {}
  expect(errors.at(-1)).toMatchObject({ code: "too_many_resumptions", outcome: "discarded" })
  expect(errors.at(-1)?.stack).toContain("Caused by: RangeError: failed after progress")
})

test("a job that may be put back once says so when it is discarded", async () => {
  const { id } = await once.enqueue({})
  expect(await drainWith(advanceAndFail)).toMatchObject({ retried: 1 })
  expect(await drainWith(advanceAndFail)).toMatchObject({ discarded: 1 })
  expect((await sluice.getJob(id))?.errors?.at(-1)?.message).toContain("has been put back 1 time after")
})

test("executions that are cut off after a checkpoint count, too", async () => {
  const { id } = await limited.enqueue({})
  work = advanceUntilCut
  for (let nth = 0; nth < 2; nth++) expect(await drainUntilCut()).toMatchObject({ snoozed: 1 })
  expect(await drainUntilCut()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ errors: [{ code: "too_many_resumptions" }] })
})

test("maxResumptions that are no count, and a rule of their name, are refused", () => {
  for (const maxResumptions of [-1, 0.5, "3", 1_000_001])
    expect(() => defineJob({ name: "wrong", maxResumptions: maxResumptions as never, perform })).toThrow(
      expect.objectContaining({ code: "invalid_option", path: ["wrong", "maxResumptions"] }),
    )
  const named = [retryOn(Error, { name: "maxResumptions" })]
  expect(() => defineJob({ name: "wrong", retry: named, perform })).toThrow("another name")
})

import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { makeDue, savedNames } from "./cuts.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))

let work: (context: JobContext) => Promise<unknown>
const perform = (_payload: unknown, context: JobContext) => work(context)
const job = defineJob({ name: "job", maxAttempts: 1, perform })
const whole = defineJob({ name: "whole", maxAttempts: 1, transactional: true, perform })
const { sluice, drainOnce } = drainable(database, [job, whole])

const circle: Record<string, unknown> = {}
circle.itself = circle

test.each<[string, (context: JobContext) => Promise<unknown>, RegExp]>([
  [
    "a name that is used twice",
    async ({ step, cursor }) => {
      await step("one", () => 1)
      await cursor("one", 0, () => undefined)
    },
    /"job" uses the name "one" twice .* give the second cursor another name/,
  ],
  [
    "a name that is used twice at once",
    ({ step }) => Promise.all([step("a", () => 1), step("a", () => 2)]),
    /twice/,
  ],
  ["an empty name", ({ step }) => step("", () => 1), /step\.name is ""/],
  ["no name", ({ step }) => step(undefined as unknown as string, () => 1), /step\.name is missing/],
  [
    "an option it does not know",
    ({ step }) => step("one", () => 1, { transactionl: true } as never),
    /did you mean "transactional"/,
  ],
  [
    "a result over 256 KiB",
    ({ step }) => step("big", () => "x".repeat(256 * 1024)),
    /^step "big" has 262146 bytes as JSON, over the limit of 262144: .*pass a reference/,
  ],
  [
    "a result that is not JSON",
    ({ step }) => step("circle", () => circle),
    /step "circle" can't be written as JSON/,
  ],
  [
    "a position that Postgres can't store",
    ({ cursor }) => cursor("c", "", () => "\0"),
    /cursor "c" is .* without NUL/,
  ],
])("%s fails the attempt with what is wrong", async (_what, misuse, message) => {
  const { id } = await job.enqueue({})
  work = misuse
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect((await sluice.getJob(id))?.errors[0]?.message).toMatch(message)
})

test("a transactional job can't be continued, and is told what to do", async () => {
  const { id } = await whole.enqueue({})
  work = ({ step }) => step("one", () => 1)
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    errors: [{ message: expect.stringMatching(/"whole" is transactional.*pass it to the step instead$/) }],
  })
  const waiting = await whole.enqueue({})
  work = ({ waitFor }) => waitFor("answer") // which has no such option
  await drainOnce()
  expect(await sluice.getJob(waiting.id)).toMatchObject({
    errors: [
      {
        message: expect.stringMatching(/"whole" is transactional.*pass it to the steps that write instead$/),
      },
    ],
  })
})

test("a name that a new deployment uses for something else is refused, a step with new code keeps its result", async () => {
  const { id } = await job.enqueue({}, { maxAttempts: 3 })
  work = async ({ step }) => {
    await step("one", () => "old code")
    throw new Error("no")
  }
  await drainOnce()
  await makeDue(database)
  work = ({ cursor }) => cursor("one", 0, () => undefined)
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    errors: [{}, { message: expect.stringMatching(/"one" is stored as a step .* uses it as a cursor/) }],
  })
  expect(await savedNames(database)).toEqual(["one"])

  await makeDue(database)
  work = ({ step }) => step("one", () => "new code")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ result: "old code" })
})

import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { lambda } from "@sluice/aws"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { temporaryDirectory } from "../local/support.ts"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { startFunctions } from "./functions.ts"

const database = await createDatabase()
await startFunctions({ plain: {}, performs: { maxEnvironments: 1 } })
const { sluice, drainOnce } = drainable(database, [
  defineJob({
    name: "plain",
    executor: lambda({ functionArn: "arn:aws:lambda:us-east-1:000000000000:function:plain" }),
  }),
  defineJob({ name: "work", executor: lambda({ functionArn: "performs" }) }),
  defineJob({ name: "newer", executor: lambda({ functionArn: "performs" }) }),
  defineJob({ name: "slow", executor: lambda({ functionArn: "plain" }) }),
  defineJob({ name: "absent", executor: lambda({ functionArn: "absent" }) }),
])

async function performOne(name: string, payload: object) {
  await database.rows("delete from sluice.jobs")
  const { id } = await sluice.enqueue(name, payload, { maxAttempts: 3 })
  const summary = await drainOnce()
  const [row] = await database.rows(
    "select extract(epoch from run_at - now())::float as wait from sluice.jobs where id = $1",
    [id],
  )
  return { id, summary, wait: row?.wait, job: await sluice.getJob(id) }
}

test("the function is told payload, attempt and deadline; what it answers is the result", async () => {
  expect((await performOne("plain", { how: "" })).job).toMatchObject({
    state: "succeeded",
    result: { attempt: 1, inTime: true },
  })
  expect((await performOne("plain", { how: "nothing" })).job).toMatchObject({
    state: "succeeded",
    result: null,
  })
})

test.each([
  ["throw", { class: "RangeError", message: "out of range", stack: expect.stringContaining("bundle.mjs") }],
  [
    "other",
    { message: expect.stringMatching(/^The function arn:.*:plain answered \{"statusCode":200\}: return/) },
  ],
  ["exit", { class: "Runtime.ExitError", message: expect.stringContaining("exit status 3") }],
])("a function that fails (%s) is a failed attempt, under the error's own name", async (how, error) => {
  const { summary, job } = await performOne("plain", { how })
  expect(summary).toMatchObject({ retried: 1 })
  expect(job).toMatchObject({ attempts: 1, errors: [error] })
})

test("a function steers by its answer, in whatever language", async () => {
  expect((await performOne("plain", { how: "Discard" })).job).toMatchObject({
    state: "discarded",
    errors: [{ class: "Discard", message: "unsubscribed" }],
  })
  const snoozed = await performOne("plain", { how: "snooze" })
  expect(snoozed.job).toMatchObject({ attempts: 0, errors: [] })
  expect(snoozed.wait).toBeGreaterThan(3_500)
  const retried = await performOne("plain", { how: "retry" })
  expect(retried.job).toMatchObject({ attempts: 1, errors: [{ class: "RetryAfter", message: "busy" }] })
  expect(retried.wait).toBeGreaterThan(590)
})

test("a function with createPerformHandler performs definitions, and they steer as anywhere", async () => {
  const { id, job } = await performOne("work", {})
  expect(job?.result).toEqual({ id, attempt: 1, maxAttempts: 3, inTime: true, process: expect.any(Number) })
  expect(job?.result).not.toMatchObject({ process: process.pid })
  expect((await performOne("work", { how: "throw" })).job).toMatchObject({
    errors: [{ class: "RangeError" }],
  })
  expect((await performOne("work", { how: "discard" })).job).toMatchObject({ state: "discarded" })
  expect((await performOne("work", { how: "retry" })).wait).toBeGreaterThan(590)
  expect((await performOne("work", { how: "snooze" })).wait).toBeGreaterThan(3_500)
  expect((await performOne("newer", {})).summary).toMatchObject({ snoozed: 1 })
})

test("a function that doesn't exist is a failed attempt that names it", async () => {
  expect((await performOne("absent", {})).job).toMatchObject({
    errors: [{ class: "ResourceNotFoundException", message: "Function not found: absent" }],
  })
})

test("a job for which Lambda has no capacity is released, and keeps its attempt", async () => {
  const until = join(await temporaryDirectory(), "done")
  await database.rows("delete from sluice.jobs")
  const jobs = await sluice.enqueueMany([
    { name: "work", payload: { until } },
    { name: "work", payload: { until } },
  ])
  const drained = drainOnce()
  const states = async () =>
    (await Promise.all(jobs.map(({ id }) => sluice.getJob(id)))).map((job) => job?.state)
  await eventually(async () => expect((await states()).toSorted()).toEqual(["running", "scheduled"]))
  await writeFile(until, "")
  expect(await drained).toMatchObject({ succeeded: 1, snoozed: 1, retried: 0 })
})

test("at the timeout the attempt fails; at the drain's deadline the job is released", async () => {
  const until = join(await temporaryDirectory(), "done")
  await database.rows("delete from sluice.jobs")
  const { id } = await sluice.enqueue("work", { until }, { timeout: "300ms" })
  expect(await drainOnce()).toMatchObject({ retried: 1, stuck: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ errors: [{ class: "TimeoutError" }] })
  await writeFile(until, "") // nothing else stops the function

  const forever = join(await temporaryDirectory(), "done")
  await database.rows("delete from sluice.jobs")
  const cut = await sluice.enqueue("slow", { until: forever })
  expect(await drainOnce({ remainingMs: countdown(2_000) })).toMatchObject({ snoozed: 1, stuck: 0 })
  expect(await sluice.getJob(cut.id)).toMatchObject({ attempts: 0, errors: [] })
})

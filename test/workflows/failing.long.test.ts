import { JobFailedError, workflow } from "@sluice/core"
import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, fails, reads, performed, broken, stateOf, statesOf, database } =
  await workflowsIn()

test("a job whose parent is discarded is canceled, and so are those behind it, with a reason that names the parent", async () => {
  const flow = workflow("order")
    .add("charge", fails)
    .add("ship", say, { after: "charge" })
    .add("thank", say, { after: "ship" })
    .add("beside", say, { payload: { text: "beside" } })
  const { id, jobs } = await flow.enqueue()
  await drainOnce()
  expect(await statesOf(id)).toEqual({
    charge: "discarded",
    ship: "canceled",
    thank: "canceled",
    beside: "succeeded",
  })
  expect(performed).toEqual(["beside"])
  expect(await sluice.getJob(jobs.ship)).toMatchObject({ reason: "parent_failed", failedParent: jobs.charge })
  expect(await sluice.getJob(jobs.thank)).toMatchObject({ reason: "parent_failed", failedParent: jobs.ship })
  expect(await sluice.getBatch(id)).toMatchObject({
    state: "failed",
    discarded: 1,
    canceled: 2,
    succeeded: 1,
  })
  const error = await say.result(jobs.ship).catch((error) => error)
  expect(error).toBeInstanceOf(JobFailedError)
  expect(error.message).toContain(`the job ${jobs.charge}, after which it was to run, has failed`)
})

test("a job that is to run all the same does, once all of its parents have ended, and sees which have failed", async () => {
  const flow = workflow("report")
    .add("north", fails)
    .add("south", say, { payload: { text: "south" } })
    .add("report", reads, {
      payload: { text: "report" },
      after: ["north", "south"],
      onParentFailure: "continue",
    })
  const { jobs } = await flow.enqueue()
  await drainOnce()
  expect(performed).toEqual(["south", "report"])
  expect((await sluice.getJob(jobs.report))?.result).toEqual({
    parents: [
      { id: jobs.north, step: "north", name: "fails", state: "discarded" },
      { id: jobs.south, step: "south", name: "say", state: "succeeded" },
    ],
    results: "job_discarded",
  })
})

test("a job that waits for a retry of its parent runs once that has succeeded", async () => {
  const flow = workflow("order")
    .add("charge", fails, { payload: { text: "charge" } })
    .add("ship", say, { payload: { text: "ship" }, after: "charge", onParentFailure: "wait" })
  const { id, jobs } = await flow.enqueue()
  await drainOnce()
  expect(await statesOf(id)).toEqual({ charge: "discarded", ship: "waiting" })
  await sluice.retryJob(jobs.charge)
  await drainOnce()
  expect(await statesOf(id), "failed again").toEqual({ charge: "discarded", ship: "waiting" })
  broken.is = false
  await sluice.retryJob(jobs.charge)
  await drainOnce()
  expect(performed).toEqual(["charge", "ship"])
  expect(await sluice.getWorkflow(id)).toMatchObject({ state: "succeeded" })
})

test("a retry of the workflow retries what has failed and what was canceled because of it, in their order", async () => {
  const flow = workflow("order")
    .add("charge", fails, { payload: { text: "charge" } })
    .add("ship", say, { payload: { text: "ship" }, after: "charge" })
    .add("thank", say, { payload: { text: "thank" }, after: "ship" })
  const { id } = await flow.enqueue()
  await drainOnce()
  await sluice.retryBatch(id)
  expect(await statesOf(id)).toEqual({ charge: "ready", ship: "waiting", thank: "waiting" })
  await drainOnce()
  expect(await statesOf(id), "failed again").toEqual({
    charge: "discarded",
    ship: "canceled",
    thank: "canceled",
  })
  broken.is = false
  await sluice.retryBatch(id)
  await drainOnce()
  expect(performed).toEqual(["charge", "ship", "thank"])
  expect(await sluice.getWorkflow(id)).toMatchObject({ state: "succeeded", succeeded: 3 })
})

test("a retry of the workflow leaves a job canceled that was enqueued after one of its jobs, and that can be retried", async () => {
  const { id, jobs } = await workflow("order")
    .add("charge", fails, { payload: { text: "charge" } })
    .enqueue()
  const outside = await say.enqueue({ text: "outside" }, { after: jobs.charge })
  await drainOnce()
  expect(await stateOf(outside.id)).toBe("canceled")
  broken.is = false
  await sluice.retryBatch(id)
  await drainOnce()
  expect(await stateOf(outside.id)).toBe("canceled")
  await sluice.retryJob(outside.id)
  await drainOnce()
  expect(performed).toEqual(["charge", "outside"])
})

test("a canceled job that is retried before its parent waits for that, and runs after it", async () => {
  const flow = workflow("order")
    .add("charge", fails, { payload: { text: "charge" } })
    .add("ship", say, { payload: { text: "ship" }, after: "charge" })
  const { id, jobs } = await flow.enqueue()
  await drainOnce()
  await sluice.retryJob(jobs.ship)
  await database.pool.query("select sluice.run_maintenance('repair dependents')")
  await drainOnce()
  expect(await statesOf(id)).toEqual({ charge: "discarded", ship: "waiting" })
  broken.is = false
  await sluice.retryJob(jobs.charge)
  await drainOnce()
  expect(performed).toEqual(["charge", "ship"])
})

test("a parent that was retried alone and has succeeded lets its canceled job be retried", async () => {
  const flow = workflow("order")
    .add("charge", fails, { payload: { text: "charge" } })
    .add("ship", say, { payload: { text: "ship" }, after: "charge" })
  const { id, jobs } = await flow.enqueue()
  await drainOnce()
  broken.is = false
  await sluice.retryJob(jobs.charge)
  await drainOnce()
  expect(await statesOf(id)).toEqual({ charge: "succeeded", ship: "canceled" })
  expect(await sluice.retryJob(jobs.ship)).toMatchObject({ state: "ready" })
  await drainOnce()
  expect(performed).toEqual(["charge", "ship"])
})

test("a job that is enqueued after one that has failed is canceled, runs, or waits, as it says", async () => {
  const failed = await fails.enqueue({ text: "mended" })
  await drainOnce()
  const canceled = await say.enqueue({}, { after: failed.id })
  const runs = await say.enqueue({ text: "runs" }, { after: failed.id, onParentFailure: "continue" })
  const waits = await say.enqueue({ text: "waits" }, { after: failed.id, onParentFailure: "wait" })
  expect([canceled.state, runs.state, waits.state]).toEqual(["waiting", "ready", "waiting"])
  await drainOnce()
  expect(performed).toEqual(["runs"])
  expect(await sluice.getJob(canceled.id)).toMatchObject({ state: "canceled", reason: "parent_failed" })
  expect(await stateOf(waits.id)).toBe("waiting")
  broken.is = false
  await sluice.retryJob(failed.id)
  await drainOnce()
  expect(performed).toEqual(["runs", "mended", "waits"])
})

test("a chain of 10,000 jobs is canceled when the first of them is, and can be retried", {
  timeout: 60_000,
}, async () => {
  const names = Array.from({ length: 10_000 }, (_, place) => `step ${place}`)
  const steps = names.map((step, place) => {
    const options = place === 0 ? ({ delay: "1h" } as const) : { after: names[place - 1] as string }
    return { step, name: "say", options }
  })
  const { id, jobs } = await sluice.enqueueWorkflow({ name: "chain", steps })
  await sluice.cancelJob(jobs["step 0"] as string)
  await drainOnce()
  await eventually(async () => expect(await sluice.getBatch(id)).toMatchObject({ canceled: 10_000 }))
  await sluice.retryBatch(id)
  expect(await stateOf(jobs["step 9999"] as string)).toBe("waiting")
  await sluice.cancelBatch(id)
})

import { workflow } from "@sluice/core"
import { expect, test } from "vitest"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, reads, finish, performed, stateOf, statesOf, database } = await workflowsIn()

test("steps run after those that they name, whatever the order in which they were added", async () => {
  const flow = workflow("order")
    .add("ship", say, { payload: { text: "ship" }, after: ["charge", "pack"] })
    .add("charge", say, { payload: { text: "charge" } })
    .add("pack", say, { payload: { text: "pack" }, after: "charge", priority: -5 })
  const { id, jobs } = await sluice.enqueueWorkflow(flow, { onFinish: finish })
  expect(await statesOf(id)).toEqual({ charge: "ready", pack: "waiting", ship: "waiting" })
  expect(await stateOf(jobs.ship)).toBe("waiting")
  await drainOnce()
  expect(performed).toEqual(["charge", "pack", "ship", "finish"])
  expect(await sluice.getWorkflow(id)).toMatchObject({
    name: "order",
    state: "succeeded",
    total: 3,
    steps: [
      { step: "charge", id: jobs.charge, name: "say", state: "succeeded", after: [] },
      { step: "pack", after: ["charge"] },
      { step: "ship", after: ["charge", "pack"] },
    ],
  })
})

test("a definition's workflow is enqueued in a transaction, and exists if that commits", async () => {
  const client = await database.pool.connect()
  await client.query("begin")
  const flow = workflow("one").add("only", say)
  const { id } = await flow.enqueue({ transaction: client })
  expect(await sluice.getWorkflow(id)).toBeUndefined()
  await client.query("rollback")
  client.release()
  expect(await sluice.getWorkflow(id)).toBeUndefined()
})

test("a job runs after others that are given by their ids, also if they end while it is stored or have ended before", async () => {
  const first = await say.enqueue({ text: "first" })
  const second = await reads.enqueue({ text: "second" }, { after: first.id })
  expect(second.state).toBe("waiting")
  expect(await sluice.getJob(second.id)).toMatchObject({
    state: "waiting",
    after: [first.id],
    failedParent: null,
  })
  await drainOnce()
  expect(performed).toEqual(["first", "second"])
  expect((await sluice.getJob(second.id))?.result).toEqual({
    parents: [{ id: first.id, step: null, name: "say", state: "succeeded" }],
    results: { [first.id]: { said: "first" } },
  })
  const third = await say.enqueue({ text: "third" }, { after: [first.id, second.id] })
  expect(third.state).toBe("ready")
  await drainOnce()
  expect(performed).toEqual(["first", "second", "third"])
})

import { type AnyJobDefinition, defineJob, workflow } from "@sluice/core"
import { expect, test } from "vitest"
import { drainable } from "../support/drain.ts"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, performed, database } = await workflowsIn()

test("jobs that are added to a workflow run after its steps, by their ids", async () => {
  const { id, jobs } = await workflow("order")
    .add("charge", say, { payload: { text: "charge" } })
    .enqueue()
  await sluice.addToBatch(id, [{ name: "say", payload: { text: "ship" }, options: { after: jobs.charge } }])
  expect(await sluice.getBatch(id)).toMatchObject({ total: 2, pending: 2 })
  await drainOnce()
  expect(performed).toEqual(["charge", "ship"])
  expect(await sluice.getWorkflow(id)).toMatchObject({
    state: "succeeded",
    total: 2,
    steps: [{ step: "charge" }],
  })
})

test("a job adds others that run after itself, and after each other", async () => {
  const splits = defineJob({
    name: "splits",
    async perform(_payload: object, { id, batch }) {
      await batch?.add([{ name: "say", payload: { text: "part" }, options: { after: id } }])
      performed.push("splits")
    },
  })
  const { sluice, drainOnce } = drainable(database, [splits, say] as AnyJobDefinition[])
  await sluice.enqueueWorkflow(workflow("import").add("split", splits))
  await drainOnce()
  expect(performed).toEqual(["splits", "part"])
})

test("several jobs of one call run after one that is stored in the same transaction", async () => {
  const client = await database.pool.connect()
  await client.query("begin")
  const { id } = await say.enqueue({ text: "first" }, { transaction: client })
  const jobs = ["a", "b"].map((text) => ({ name: "say", payload: { text }, options: { after: [id] } }))
  await sluice.enqueueMany(jobs, { transaction: client })
  await client.query("commit")
  client.release()
  await drainOnce()
  expect(performed).toEqual(["first", "a", "b"])
})

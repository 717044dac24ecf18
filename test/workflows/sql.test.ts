import { expect, test } from "vitest"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, performed, database, statesOf } = await workflowsIn()

test("a workflow is enqueued in SQL, with its options", async () => {
  const steps = [
    {
      step: "ship",
      name: "say",
      payload: { text: "ship" },
      options: { after: ["charge"], onParentFailure: "wait" },
    },
    { step: "charge", name: "say", payload: { text: "charge" }, options: { tags: ["money"] } },
  ]
  const values = [
    "order",
    JSON.stringify(steps),
    JSON.stringify({ onFinish: { name: "finish" }, properties: { order: 7 } }),
  ]
  const [{ id }] = await database.rows("select sluice.enqueue_workflow($1, $2, $3)::text as id", values)
  expect(await statesOf(id)).toEqual({ ship: "waiting", charge: "ready" })
  await drainOnce()
  expect(performed).toEqual(["charge", "ship", "finish"])
  expect(await sluice.getWorkflow(id)).toMatchObject({
    name: "order",
    state: "succeeded",
    properties: { order: 7 },
    steps: [{ step: "ship", after: ["charge"] }, { step: "charge" }],
  })
})

test("a job is enqueued after others in SQL, by their ids", async () => {
  const [{ id }] = await database.rows(`
    with parent as (select sluice.enqueue('say', '{"text": "parent"}') as id)
    select sluice.enqueue('say', '{"text": "child"}', jsonb_build_object('after', id))::text as id from parent`)
  expect(await sluice.getJob(id)).toMatchObject({ state: "waiting" })
  await drainOnce()
  expect(performed).toEqual(["parent", "child"])
})

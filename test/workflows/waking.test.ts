import { createSluice, type Queryable } from "@sluice/core"
import { expect, test } from "vitest"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, stateOf, database } = await workflowsIn()

test("a job whose parent ended before its transaction was committed wakes a drainer", async () => {
  const woken: (readonly string[])[] = []
  const waking = createSluice({
    database: database.pool as Queryable,
    wake: async (queues) => void woken.push(queues),
  })
  const parent = await say.enqueue({})
  const client = await database.pool.connect()
  await client.query("begin")
  const child = await say.enqueue({}, { after: parent.id, transaction: client })
  await drainOnce()
  await client.query("commit")
  client.release()
  expect(await stateOf(child.id)).toBe("waiting")
  await waking.wake()
  expect(woken).toHaveLength(1)
  await drainOnce()
  expect(await stateOf(child.id)).toBe("succeeded")
  expect(await sluice.listJobs({ state: "waiting" })).toMatchObject({ jobs: [] })
})

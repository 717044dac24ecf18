import { expect, test } from "vitest"
import { workflowsIn } from "./workflows.ts"

const { sluice, drainOnce, say, performed, database, atReadCommitted } = await workflowsIn()

test("the end of a job after which thousands run makes a set of them ready at once, and drainers the others", async () => {
  const parent = await say.enqueue({ text: "parent" }, { delay: "1h" })
  const options = { after: parent.id, onParentFailure: "continue" as const }
  await sluice.enqueueMany(
    Array.from({ length: 3_500 }, (_, n) => ({ name: "say", payload: { text: String(n) }, options })),
  )
  await drainOnce()
  await database.pool.query("update sluice.jobs set run_at = now() where id = $1", [parent.id])
  await atReadCommitted("select from sluice.cancel_jobs(array[$1::bigint])", [parent.id])
  const states = () =>
    database.rows("select state, count(*)::int from sluice.jobs group by state order by state")
  expect(await states()).toEqual([
    { state: "ready", count: 2_000 }, // the cancellation itself looks at another set
    { state: "waiting", count: 1_500 },
  ])
  await drainOnce()
  expect(new Set(performed).size).toBe(3_500)
})

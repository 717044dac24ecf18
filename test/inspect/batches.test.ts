import { defineJob, workflow } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const row = defineJob({ name: "row", async perform() {} })
const summary = defineJob({ name: "summary", async perform() {} })
const { sluice, drainOnce } = drainable(database, [row, summary])

test("batches are listed the newest first, with their counts, their callbacks and the name of their workflow", async () => {
  const first = await sluice.enqueueBatch([{ name: "row" }, { name: "row" }], {
    onFinish: summary,
    properties: { upload: "a.csv" },
  })
  const flow = await sluice.enqueueWorkflow(workflow("order").add("a", row).add("b", row, { after: "a" }))
  const { batches, next } = await sluice.listBatches()
  expect(next).toBeUndefined()
  expect(batches).toMatchObject([
    { id: flow.id, workflow: "order", state: "open", total: 2, callbacks: {} },
    { id: first.id, workflow: null, total: 2, pending: 2, callbacks: { onFinish: "summary" } },
  ])
  expect(batches[1]).not.toHaveProperty("properties")
  expect(batches[1]?.createdAt).toBeInstanceOf(Date)
  expect(await sluice.getBatch(first.id)).toMatchObject({ callbacks: { onFinish: "summary" } })
})

test("those in a state, and those in another batch, are listed alone", async () => {
  await drainOnce()
  const outer = await sluice.enqueueBatch([{ name: "row" }])
  const inner = await sluice.enqueueBatch([{ name: "row" }], { parent: outer.id })
  const idsOf = async (options: object) => (await sluice.listBatches(options)).batches.map(({ id }) => id)
  expect(await idsOf({ state: "open" })).toEqual([inner.id, outer.id])
  expect(await idsOf({ state: "failed" })).toEqual([])
  expect(await idsOf({ parent: outer.id })).toEqual([inner.id])
})

test("pages have each batch once, also across the 5,000 that one look reads", async () => {
  await database.pool.query(
    "insert into sluice.batches (state, finished_at) select 'succeeded', now() from generate_series(1, 5200)",
  )
  const failed = await sluice.enqueueBatch([{ name: "row" }])
  await database.pool.query(
    "insert into sluice.batches (state, finished_at) select 'succeeded', now() from generate_series(1, 4999)",
  )
  const { batches } = await sluice.listBatches({ state: "open" })
  expect(batches.map(({ id }) => id)).toContain(failed.id)
  const ids: string[] = []
  let after: string | undefined
  do {
    const page = await sluice.listBatches({ limit: 1_000, ...(after && { after }) })
    ids.push(...page.batches.map(({ id }) => id))
    after = page.next
  } while (after)
  const [{ all }] = await database.rows("select count(*)::integer as all from sluice.batches")
  expect({ listed: ids.length, different: new Set(ids).size }).toEqual({ listed: all, different: all })
})

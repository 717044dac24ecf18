import { createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { batchesIn, later, ok } from "./batches.ts"

const database = await createDatabase()
const { sluice, drainOnce, callbacks, events } = await batchesIn(database)

test("a batch whose drainer died between the last settle and its look has a drainer woken, which calls back", async () => {
  const { id } = await sluice.enqueueBatch([ok], callbacks)
  const session = await openSession(database)
  const [job] = await session.claim("ok")
  await session.settle({ ...(job as { id: string; fence: number }), outcome: "succeeded" })
  await session.end()

  const woken: string[][] = []
  const wake = async (queues: readonly string[]) => void woken.push([...queues])
  await createSluice({ database: database.pool, wake }).wake()
  expect(woken, "queues whose jobs need a drainer").toEqual([["default"]])
  await drainOnce()
  expect(events()).toEqual(["finish", "success"])
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded" })
})

test("whoever cancels the last job of a batch wakes a drainer for the callback", async () => {
  const woken: string[][] = []
  const wake = async (queues: readonly string[]) => void woken.push([...queues])
  const outside = createSluice({ database: database.pool, wake })
  await database.pool.query("delete from sluice.wake_requests")
  const { id } = await outside.enqueueBatch([later], { onFinish: { name: "finish" } })
  await outside.cancelBatch(id)
  expect(woken).toEqual([["default"]])
  await drainOnce()
  expect(events()).toEqual(["finish"])
})

test("a drainer whose pool doesn't perform the callback has it enqueued, and wakes the pool that does", async () => {
  const pooled = defineJob({ name: "pooled", queue: "callbacks", perform() {} })
  const woken: string[][] = []
  const own = createSluice({
    database: database.pool,
    jobs: [defineJob({ name: "ok", perform() {} }), pooled],
    wake: async (queues) => void woken.push([...queues]),
  })
  const inPool = (options: object) => drain(own, { connect: database.connect, ...options })
  await inPool({ queues: ["callbacks"] }) // so that the pool is known
  const { id } = await own.enqueueBatch([{ name: "ok" }], { onFinish: pooled })
  woken.length = 0
  await inPool({ except: ["callbacks"] })
  expect(await own.getBatch(id)).toMatchObject({ state: "succeeded" })
  expect(woken).toEqual([["callbacks"]])
  expect(await inPool({ queues: ["callbacks"] })).toMatchObject({ succeeded: 1 })
})

test("jobs of no batch leave no counts, and a drain that finds none touches no batch", async () => {
  await sluice.enqueueMany([ok, ok])
  await drainOnce()
  expect(await database.rows("select from sluice.batch_counts")).toEqual([])
})

test("the jobs of a batch are found by their indexes, in the backlog and those that failed in the history", async () => {
  const client = await database.pool.connect()
  await client.query("begin; set local enable_seqscan = off; set local enable_bitmapscan = off")
  const plans = await Promise.all(
    [
      "select id from sluice.jobs where batch_id = 1 and id > 0 order by batch_id, id limit 10",
      "select id from sluice.finished where batch_id = 1 and state <> 'succeeded'",
    ].map((statement) => client.query(`explain ${statement}`)),
  )
  await client.query("rollback")
  client.release()
  const [backlog, history] = plans.map(({ rows }) => rows.map((row) => row["QUERY PLAN"]).join("\n"))
  expect(backlog).toContain("jobs_batch")
  expect(history).toContain("batch_id_idx")
})

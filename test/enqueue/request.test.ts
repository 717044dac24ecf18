import { createSluice, RequestError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
let wakes = 0
const sluice = createSluice({ database: database.pool, wake: async () => void wakes++ })

test("enqueues of one request return the first results, also one by one, and wake again", async () => {
  const request = { key: "r", fingerprint: "f" }
  const first = await sluice.enqueueMany([{ name: "any" }, { name: "any" }], { request })
  await database.pool.query("delete from sluice.wake_requests")
  expect(await sluice.enqueueMany([{ name: "any" }, { name: "any" }], { request })).toEqual(first)
  expect(wakes).toBe(2)
  const one = { key: "one", fingerprint: "f" }
  expect(await sluice.enqueue("any", {}, { request: one })).toEqual(
    await sluice.enqueue("any", {}, { request: one }),
  )
  expect(await database.rows("select from sluice.jobs")).toHaveLength(3)
})

test("a request is remembered if and only if its transaction commits", async () => {
  const request = { key: "t", fingerprint: "f" }
  const client = await database.connect()
  await client.query("begin")
  await sluice.enqueue("any", {}, { request, transaction: client })
  await expect(sluice.enqueue("any", {}, { request })).rejects.toMatchObject({ code: "request_in_progress" })
  await client.query("rollback")
  await client.end()
  expect(await sluice.enqueue("any", {}, { request })).toMatchObject({ status: "enqueued" })
  const other = sluice.enqueue("any", {}, { request: { ...request, fingerprint: "g" } })
  await expect(other).rejects.toThrow(RequestError)
  await expect(other).rejects.toMatchObject({ code: "request_differs" })
})

test.each([
  [{ key: "", fingerprint: "f" }, ["request", "key"]],
  [{ key: "k" }, ["request", "fingerprint"]],
  [{ key: "k", fingerprint: 5 }, ["request", "fingerprint"]],
  [{ key: "k".repeat(513), fingerprint: "f" }, ["request", "key"]],
  [{ keys: "k", fingerprint: "f" }, ["request", "keys"]],
  ["k", ["request"]],
])("a request that is none, %j, is refused", async (request, path) => {
  await expect(sluice.enqueue("any", {}, { request: request as never })).rejects.toMatchObject({ path })
  await expect(sluice.enqueueMany([{ name: "any" }], { request: request as never })).rejects.toMatchObject({
    path,
  })
})

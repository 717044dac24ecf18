import { type Carrier, correlate, createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
let added: Carrier = {}
const sluice = createSluice({
  database: database.pool,
  instrumentation: { enqueue: (_names, store) => store(added), perform: (_job, work) => work() },
})
const storedCarrier = async () => (await database.rows("select carrier from sluice.jobs"))[0].carrier

beforeEach(() => database.pool.query("delete from sluice.jobs"))

test.each<[string, Carrier]>([
  ["over 16 KiB", { baggage: "b".repeat(16 * 1024) }],
  ["that Postgres can't store", { baggage: "\0" }],
])("what an instrumentation adds %s is left out, and the job is stored", async (_what, carrier) => {
  added = { traceparent: "00-1", ...carrier }
  await correlate("request-1", () => sluice.enqueue("any", {}))
  expect(await storedCarrier()).toEqual({ correlationId: "request-1" })
  await database.pool.query("delete from sluice.jobs")
  await sluice.enqueue("any", {})
  expect(await storedCarrier()).toBeNull()
})

test("what fits travels with the job, the largest baggage of the standard included", async () => {
  added = { traceparent: "00-1", baggage: "b".repeat(8 * 1024) }
  await sluice.enqueue("any", {})
  expect(await storedCarrier()).toEqual(added)
})

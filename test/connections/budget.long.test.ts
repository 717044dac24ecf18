import { randomBytes } from "node:crypto"
import { defineJob } from "@sluice/core"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const ROOM = 30
const DRAINERS = 5
const JOBS = 300

// A role that may have few connections stands for a server that grants few.
const role = `few_${randomBytes(4).toString("hex")}`
const database = await createDatabase()
const url = Object.assign(new URL(database.url), { username: role, password: "few" }).href

let atOnce = 0
let mostAtOnce = 0
const { sluice, drainOnce } = drainable(database, [
  defineJob({
    name: "count",
    transactional: true,
    async perform(_payload, { transaction }) {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce)
      await transaction.query("insert into public.counted values (1)")
      await transaction.query("select pg_sleep(0.02)")
      atOnce--
    },
  }),
  defineJob({
    name: "hold",
    transactional: true,
    async perform({ ms }: { ms: number }, { transaction }) {
      await transaction.query("select pg_sleep($1)", [ms / 1_000])
    },
  }),
])

beforeAll(async () => {
  await database.rows(`create role ${role} login password 'few' connection limit ${ROOM}`)
  await database.rows("create table public.counted (n integer)")
  await database.rows(`grant all on all tables in schema public, sluice to ${role}`)
  await database.rows(`grant all on all sequences in schema sluice to ${role}`)
  await database.rows(`grant all on schema public, sluice to ${role}`)
})
afterAll(async () => {
  await database.rows(`drop owned by ${role}`)
  await database.rows(`drop role ${role}`)
})

async function connect() {
  const client = new pg.Client({ connectionString: url })
  client.on("error", () => {})
  await client.connect()
  return client
}

test("many transactional jobs in many drainers need no more connections than the server grants", async () => {
  await sluice.enqueueMany(Array.from({ length: JOBS }, () => ({ name: "count" })))
  const drains = Array.from({ length: DRAINERS }, () => drainOnce({ connect, maxDrainers: DRAINERS }))
  const summaries = await Promise.all(drains)

  const sum = (count: "succeeded" | "retried" | "discarded") =>
    summaries.reduce((total, summary) => total + summary[count], 0)
  expect({ succeeded: sum("succeeded"), failed: sum("retried") + sum("discarded") }).toEqual({
    succeeded: JOBS,
    failed: 0,
  })
  expect(await database.rows("select count(*)::integer as n from public.counted")).toEqual([{ n: JOBS }])
  // 30 × 0.8 / 5 - 3 = 1 a drainer
  expect(mostAtOnce).toBeLessThanOrEqual(DRAINERS)
})

test("a job that gets no connection is released, and keeps its attempt", async () => {
  // one place for both
  const options = { timeout: "5s" } as const
  await sluice.enqueueMany([1_500, 0].map((ms) => ({ name: "hold", payload: { ms }, options })))
  const { snoozed, ...counts } = await drainOnce({ connect, maxDrainers: 20 })
  expect(counts).toMatchObject({ retried: 0, discarded: 0 })
  expect(snoozed).toBeGreaterThan(0)
  await database.rows("delete from sluice.jobs")
})

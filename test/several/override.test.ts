import { defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { pool } = database
beforeEach(async () => {
  await pool.query(
    "truncate sluice.jobs, sluice.further_keys, sluice.limits, sluice.rates, sluice.limit_overrides",
  )
  most = running = 0
})

let running = 0
let most = 0
const account = defineJob({
  name: "account",
  concurrency: { key: "account/7", limit: 2 },
  async perform() {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
  },
})
const inOrder = defineJob({
  name: "in-order",
  concurrency: { key: "line", order: "enqueued" },
  async perform() {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
  },
})
const mail = defineJob({ name: "mail", rate: { key: "smtp", limit: 2, per: "1h" }, perform() {} })
const { sluice, drainOnce } = drainable(database, [account, inOrder, mail])

const enqueue = (name: "account" | "in-order" | "mail", jobs: number) =>
  sluice.enqueueMany(Array.from({ length: jobs }, () => ({ name })))

const countOf = async (condition: string): Promise<number> =>
  (await pool.query(`select count(*)::int as n from sluice.jobs where ${condition}`)).rows[0].n

const allowed = async (key: string) => (await sluice.listKeys({ keys: [key] }))[0]

test("a key runs as many jobs at once as an operator has set, fewer than its jobs ask for", async () => {
  await enqueue("account", 6)
  await sluice.overrideLimit("account/7", { limit: 1 })
  expect(await allowed("account/7")).toMatchObject({ limit: 2, override: 1, allowed: 1 })
  await drainOnce({ concurrency: 10 })
  expect(most).toBe(1)
  expect(await countOf("true")).toBe(0)
})

test("a raised limit frees blocked jobs at once, and holds for jobs that come later and ask for less", async () => {
  await enqueue("account", 6)
  await pool.query("update sluice.jobs set state = 'blocked'")
  await sluice.overrideLimit("account/7", { limit: 5 })
  expect(await countOf("state = 'ready'")).toBe(5)
  await sluice.enqueue("account", {}, { concurrencyLimit: 1 })
  expect(await allowed("account/7")).toMatchObject({ limit: 1, override: 5, allowed: 5 })
  await drainOnce({ concurrency: 10 })
  expect(most).toBe(5)
})

test("once it is removed, what the jobs ask for holds again", async () => {
  await sluice.overrideLimit("account/7", { limit: 5 })
  await enqueue("account", 6)
  await sluice.overrideLimit("account/7", {})
  expect(await allowed("account/7")).toMatchObject({ limit: 2, override: null, allowed: 2 })
  await drainOnce({ concurrency: 10 })
  expect(most).toBe(2)
})

test("what an operator has set survives the end of the key's jobs, is listed without them, and isn't taken by a retry", async () => {
  await sluice.overrideLimit("account/7", { limit: 5 })
  await enqueue("account", 3)
  const { id } = await sluice.enqueue("account", {}, { delay: "1h" })
  await drainOnce()
  await sluice.cancelJob(id)
  expect(await sluice.listKeys()).toMatchObject([
    { key: "account/7", limit: null, override: 5, unfinished: 0 },
  ])
  await enqueue("account", 1)
  await sluice.retryJob(id)
  await sluice.overrideLimit("account/7", {})
  expect(await allowed("account/7")).toMatchObject({ limit: 2, allowed: 2 })
})

test("a paused key stays paused, whatever limit is set", async () => {
  await enqueue("account", 2)
  await sluice.pauseKey("account/7")
  await sluice.overrideLimit("account/7", { limit: 5 })
  expect(await allowed("account/7")).toMatchObject({ allowed: 0 })
  await sluice.resumeKey("account/7")
  expect(await allowed("account/7")).toMatchObject({ allowed: 5 })
})

test("jobs that run in order still run one at a time under a higher limit", async () => {
  await enqueue("in-order", 4)
  await sluice.overrideLimit("line", { limit: 10 })
  await drainOnce({ concurrency: 10 })
  expect(most).toBe(1)
  expect(await countOf("true")).toBe(0)
})

test("as many jobs start within the time as an operator has set for the key, and what had started counts", async () => {
  await enqueue("mail", 6)
  await drainOnce()
  expect(await countOf("true")).toBe(4)
  await sluice.overrideRate("smtp", { limit: 3, per: "1h" })
  expect(await sluice.listRates()).toMatchObject([{ key: "smtp", limit: 3, room: 1, overridden: true }])
  await drainOnce()
  expect(await countOf("true")).toBe(3)
  await drainOnce()
  expect(await countOf("true")).toBe(3)
})

test("without an override, the rate that the jobs ask for holds again", async () => {
  await sluice.overrideRate("smtp", { limit: 5, per: "1h", burst: 1 })
  expect(await sluice.listRates()).toMatchObject([
    { key: "smtp", limit: 5, burst: 1, room: 1, overridden: true },
  ])
  await enqueue("mail", 6)
  await drainOnce()
  expect(await countOf("true")).toBe(5)
  await sluice.overrideRate("smtp", {})
  expect(await sluice.listRates()).toMatchObject([{ limit: 2, burst: 2, room: 1, overridden: false }])
  await drainOnce()
  expect(await countOf("true")).toBe(4)
})

test("what the older jobs ask for holds again, also when the newest has ended under the override", async () => {
  await enqueue("mail", 3)
  await sluice.enqueue("mail", {}, { priority: -5 })
  await sluice.overrideRate("smtp", { limit: 1, per: "1h" })
  await drainOnce()
  expect(await countOf("true")).toBe(3)
  await sluice.overrideRate("smtp", {})
  expect(await sluice.listRates()).toMatchObject([{ limit: 2, room: 1, overridden: false }])
  await drainOnce()
  expect(await countOf("true")).toBe(2)
})

test("a raised rate lets drainers look at the jobs that wait at once, not when the next could have started", async () => {
  await enqueue("mail", 6)
  await drainOnce()
  const isDue = async () =>
    (await pool.query("select sluice.is_work_due(array['mail']) as due")).rows[0].due as boolean
  expect(await isDue()).toBe(false)
  await sluice.overrideRate("smtp", { limit: 5, per: "1h" })
  expect(await isDue()).toBe(true)
})

test.each([
  ["overrideLimit", "a", { limit: 0 }, "limit is 0"],
  ["overrideLimit", "a", { limit: 1.5 }, "limit is 1.5"],
  ["overrideLimit", "", { limit: 1 }, 'key is ""'],
  ["overrideLimit", "a", { most: 1 }, "most"],
  ["overrideRate", "a", { limit: 0, per: "1m" }, "limit is 0"],
  ["overrideRate", "a", { limit: 5 }, "per"],
  ["overrideRate", "a", { limit: 5, per: "60d" }, "per is"],
  ["overrideRate", "a", { limit: 5, per: "1m", burst: 6 }, "burst is 6"],
] as const)("%s refuses %j, %j", async (verb, key, override, says) => {
  await expect((sluice[verb] as (...given: unknown[]) => Promise<void>)(key, override)).rejects.toThrow(says)
  expect((await pool.query("select * from sluice.limit_overrides")).rows).toEqual([])
})

test.each([
  ["override_limit('a', 0)", "p_limit is 0: give a whole number from 1 to 1000000"],
  ["override_limit('', 1)", "p_key is"],
  [`override_rate('a', '{"starts": 5, "per_ms": 1000}')`, "p_rate is"],
  [`override_rate('a', '{"starts": 5, "per_ms": 10, "burst": 5}')`, "p_rate is"],
])("SQL refuses %s", async (call, says) => {
  await expect(pool.query(`select sluice.${call}`)).rejects.toThrow(says)
})

import { defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
beforeEach(() => database.pool.query("truncate sluice.jobs, sluice.further_keys, sluice.rates"))
const job = defineJob({ name: "job", perform: () => work() })
const limited = defineJob({ name: "limited", rate: { key: "smtp", limit: 1, per: "1h" }, async perform() {} })
let work = async (): Promise<void> => {}
const { sluice, drainOnce } = drainable(database, [job, limited])

test("a key is listed with its limit, what runs, what waits, its pause and its waiting limit", async () => {
  const options = { concurrencyKey: "account/7", concurrencyLimit: 1 }
  await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "job", options })))
  await sluice.limitKey("account/7", { waiting: 50 })
  let seen: unknown
  work = async () => {
    seen ??= await sluice.listKeys()
  }
  await drainOnce()
  const key = {
    key: "account/7",
    limit: 1,
    override: null,
    allowed: 1,
    paused: false,
    pausedUntil: null,
    waitingLimit: 50,
  }
  expect(seen).toEqual([{ ...key, running: 1, waiting: 2, unfinished: 3 }])

  await sluice.pauseKey("account/8", { for: "1h" })
  expect(await sluice.listKeys({ after: "account/7" })).toMatchObject([
    { key: "account/8", limit: null, paused: true, pausedUntil: expect.any(Date), unfinished: 0 },
  ])
  await sluice.resumeKey("account/8")
  await sluice.limitKey("account/7", {})
})

test("of a key without jobs, as many may run as an operator has set, and none in a pause", async () => {
  await sluice.overrideLimit("new", { limit: 2 })
  const read = () => sluice.listKeys({ keys: ["new", "never"] })
  expect(await read()).toMatchObject([
    { limit: null, override: 2, allowed: 2 },
    { limit: null, override: null, allowed: null },
  ])
  await sluice.pauseKey("new")
  expect(await read()).toMatchObject([{ override: 2, allowed: 0 }, {}])
  await sluice.resumeKey("new")
  await sluice.overrideLimit("new", {})
})

test("keys come page by page in their order, those of several limits among them", async () => {
  for (const key of ["c", "a", "b"]) await job.enqueue({}, { concurrencyKey: key, concurrencyLimit: 1 })
  await database.pool.query("insert into sluice.further_keys values (1, 'aa', 1)")
  const keysOf = async (options: object) => (await sluice.listKeys(options)).map(({ key }) => key)
  expect(await keysOf({ limit: 2 })).toEqual(["a", "aa"])
  expect(await keysOf({ limit: 2, after: "aa" })).toEqual(["b", "c"])
  expect(await keysOf({ keys: ["z", "b"] })).toEqual(["z", "b"])
})

test("by waiting, those come first for which most jobs wait", async () => {
  for (const [key, jobs] of [
    ["few", 2],
    ["many", 4],
    ["one", 1],
  ] as const) {
    const options = { concurrencyKey: key, concurrencyLimit: 1 }
    await sluice.enqueueMany(Array.from({ length: jobs }, () => ({ name: "job", options })))
  }
  await database.pool.query("update sluice.jobs set state = 'blocked'")
  expect(await sluice.listKeys({ order: "waiting", limit: 2 })).toMatchObject([
    { key: "many", waiting: 4 },
    { key: "few", waiting: 2 },
  ])
})

test("a rate is listed with what may start now, and when the next one may", async () => {
  await sluice.enqueueMany([{ name: "limited" }, { name: "limited" }])
  await drainOnce()
  expect(await sluice.listRates()).toEqual([
    {
      key: "smtp",
      limit: 1,
      perMs: 3_600_000,
      burst: 1,
      overridden: false,
      room: 0,
      nextAt: expect.any(Date),
      waiting: 1,
    },
  ])
  expect(await sluice.listRates({ after: "smtp" })).toEqual([])
})

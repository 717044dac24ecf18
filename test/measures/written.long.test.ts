import { defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
let meanwhile = async () => {}
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "noop", perform() {} }),
  defineJob({ name: "acts", perform: () => meanwhile() }),
])
const warnings: string[] = []
const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} }

beforeEach(async () => {
  warnings.length = 0
  await database.rows("delete from sluice.noted_measures")
})

test("a drain writes a row for each name and queue, however many jobs it performs", async () => {
  await sluice.enqueueMany(Array.from({ length: 2_000 }, () => ({ name: "noop" })))
  expect(await drainOnce()).toMatchObject({ succeeded: 2_000 })
  const rows = await database.rows("select succeeded::integer from sluice.noted_measures")
  expect(rows.length, "two where a minute begins meanwhile").toBeLessThanOrEqual(2)
  expect(rows.reduce((sum, row) => sum + row.succeeded, 0)).toBe(2_000)
})

test("a drain that performs nothing writes nothing", async () => {
  await drainOnce()
  expect(await database.rows("select * from sluice.noted_measures")).toEqual([])
})

test("what can't be written doesn't fail a drain, and its jobs are settled", async () => {
  const { id } = await sluice.enqueue("noop", {})
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("lock table sluice.noted_measures")
  expect(await drainOnce({ log })).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" })
  expect(warnings).toContain("Measures could not be written")
  await holder.query("rollback")
  await holder.end()
})

test("what could not be written once is written later in the drain", async () => {
  const queues = Array.from({ length: 2_100 }, (_, n) => `queue-${n}`) // so many that it doesn't wait for the end
  await sluice.enqueueMany(queues.map((queue) => ({ name: "noop", options: { queue } })))
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("lock table sluice.noted_measures")
  let releasing: Promise<unknown> | undefined
  const release = () => {
    releasing ??= holder.query("rollback")
  }
  await drainOnce({ log: { ...log, warn: release } })
  await releasing
  await holder.end()
  const [noted] = await database.rows(
    "select sum(succeeded)::integer as succeeded, count(distinct queue)::integer as queues from sluice.noted_measures",
  )
  expect(noted).toEqual({ succeeded: 2_100, queues: 2_100 })
})

test("a drain that fails writes what it has settled", async () => {
  await sluice.enqueue("noop", {}, { priority: 1 })
  await sluice.enqueue("acts", {}, { priority: 2 })
  meanwhile = async () => {
    await database.rows("alter function sluice.claim rename to claim_away")
  }
  await expect(drainOnce({ concurrency: 1, linger: "2s" })).rejects.toThrow()
  await database.rows("alter function sluice.claim_away rename to claim")
  meanwhile = async () => {}
  const [noted] = await database.rows(
    "select sum(succeeded)::integer as succeeded from sluice.noted_measures",
  )
  expect(noted).toEqual({ succeeded: 2 })
})

test("the drainer's row says how many executions it has settled, why it ended, and where it ran", async () => {
  await sluice.enqueue("noop", {})
  const invocation = {
    requestId: "r-1",
    logStream: "2026/11/30/[$LATEST]ab",
    memoryMb: 512,
    version: "a1b2c3",
  }
  await drainOnce({ invocation })
  const stopped = new AbortController()
  stopped.abort()
  await drainOnce({ signal: stopped.signal })
  let leftMs = 60_000 // of which 5 s are kept for the end
  const passTime = () =>
    queueMicrotask(() => {
      leftMs = 4_000
    })
  await drainOnce({ remainingMs: () => leftMs, onOpen: passTime })
  expect(
    await database.rows("select settled, reason, invocation from sluice.drainers order by id desc limit 3"),
  ).toEqual([
    { settled: 0, reason: "deadline", invocation: null },
    { settled: 0, reason: "stopped", invocation: null },
    { settled: 1, reason: "out_of_work", invocation },
  ])
})

test("an invocation with a wrong field is refused", async () => {
  await expect(drainOnce({ invocation: { memoryMb: 0 } })).rejects.toThrow("drain.invocation.memoryMb is 0")
  await expect(drainOnce({ invocation: { verson: "1" } as never })).rejects.toThrow('did you mean "version"')
})

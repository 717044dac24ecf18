import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { claimNowAndThen, LANES, openInLanes, STANDING_BY } from "./in-lanes.ts"

// Of many drainers with quick jobs four claim, each with a lane; the others stand by.

const noop = defineJob({ name: "noop", perform() {} })

test("while four drainers have the lanes and claim, another stands by; when one leaves, it performs what waits", async () => {
  const database = await createDatabase()
  const others = await openInLanes(database)
  const { drainOnce } = drainable(database, [noop])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 1000)")
  const claiming = await claimNowAndThen(database)

  const drained = drainOnce()
  await eventually(async () => expect(await database.rows(STANDING_BY)).toHaveLength(1))
  expect(await database.rows("select from sluice.finished")).toEqual([])

  await others[2]?.end()
  expect((await drained).succeeded).toBe(1_000)
  await claiming.end()
})

test("who stands by claims without a lane once those who have one have claimed nothing for half a second", async () => {
  const database = await createDatabase()
  await openInLanes(database)
  const { drainOnce } = drainable(database, [noop])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 1000)")
  const claiming = await claimNowAndThen(database)

  const drained = drainOnce()
  await eventually(async () => expect(await database.rows(STANDING_BY)).toHaveLength(1))
  await claiming.end()
  expect((await drained).succeeded).toBe(1_000)
})

test("what others claim without a lane doesn't hide that those who have one hang", async () => {
  const database = await createDatabase()
  await openInLanes(database)
  const { drainOnce } = drainable(database, [noop])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 1000)")
  const claiming = await claimNowAndThen(database, 100)
  expect((await drainOnce()).succeeded).toBe(1_000)
  await claiming.end()
})

test("lanes are those of drainers of the same jobs: names or queues of their own have lanes of their own", async () => {
  const database = await createDatabase()
  await openInLanes(database)
  const claiming = await claimNowAndThen(database)
  let lanes = 0
  const another = defineJob({
    name: "another",
    async perform() {
      lanes = Math.max(lanes, (await database.rows(LANES)).length)
    },
  })
  const { drainOnce } = drainable(database, [noop, another])
  await database.pool.query("select sluice.enqueue('another') from generate_series(1, 200)")
  expect((await drainOnce()).succeeded).toBe(200)
  expect(lanes).toBe(5)
  expect((await drainable(database, [noop]).drainOnce({ queues: ["mail"] })).succeeded).toBe(0)
  await claiming.end()
})

test("a drainer whose jobs take longer than a claim leaves its lane, and claims without one", async () => {
  const database = await createDatabase()
  const others = await Promise.all(Array.from({ length: 4 }, () => openSession(database)))
  const slow = defineJob({
    name: "noop",
    perform: () => eventually(async () => expect(await database.rows(LANES)).toEqual([])),
  })
  const { drainOnce } = drainable(database, [slow])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 60)")
  expect((await drainOnce({ concurrency: 10 })).succeeded).toBe(60)
  await Promise.all(others.map((session) => session.end()))
})

test("of twelve drainers of quick jobs no more than four have lanes, and each job is performed once", async () => {
  const database = await createDatabase()
  const performed: string[] = []
  let mostLanes = 0
  const quick = defineJob({ name: "noop", perform: (_payload, { id }) => void performed.push(id) })
  const { drainOnce } = drainable(database, [quick])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 20000)")
  const watch = setInterval(async () => {
    mostLanes = Math.max(mostLanes, (await database.rows(LANES)).length)
  }, 20)
  const summaries = await Promise.all(Array.from({ length: 12 }, () => drainOnce({ maxDrainers: 12 })))
  clearInterval(watch)

  expect(new Set(performed).size).toBe(20_000)
  expect(performed).toHaveLength(20_000)
  expect(summaries.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(20_000)
  expect(mostLanes).toBeGreaterThan(0)
  expect(mostLanes).toBeLessThanOrEqual(4)
  expect(await database.rows(LANES)).toEqual([])
})

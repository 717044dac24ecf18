import { setTimeout as wait } from "node:timers/promises"
import { defineJob, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { startSluice } from "../support/start.ts"

const slow = defineJob({
  name: "slow",
  perform: (_payload, { signal }) => wait(60_000, undefined, { signal }),
})

test("a drainer with a deep backlog scales out: by at most as many drainers as are at work, and within maxDrainers", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [slow])
  await sluice.enqueueMany(Array.from({ length: 100 }, () => ({ name: "slow" })))

  const requested: number[] = []
  await drainOnce({
    concurrency: 5,
    maxDrainers: 3,
    remainingMs: countdown(4_500),
    scaleOut: (drainers) => requested.push(drainers),
  })
  // alone it may request one; none starts, so it requests one again a second later
  expect(requested.length).toBeGreaterThanOrEqual(1)
  expect(new Set(requested)).toEqual(new Set([1]))
})

test("the scale-out follows the backlog: none if it is done in no time, and one drainer if its jobs are old", async () => {
  const database = await createDatabase()
  const { sluice } = drainable(database, [slow])
  await sluice.enqueueMany(Array.from({ length: 300 }, () => ({ name: "slow" })))
  const session = await database.connect()
  const [{ id }] = (
    await session.query("select * from sluice.open_drainer($1, 10, 'test')", [SCHEMA_VERSION])
  ).rows
  const wanted = async (capacity: number) => {
    await database.rows("update sluice.drainers set scaled_out_at = null")
    const asked = "select sluice.plan_scale_out($1, '{slow}', $2, 10) as wanted"
    return (await session.query(asked, [id, capacity])).rows[0].wanted
  }

  await database.rows("update sluice.jobs set run_at = now() + interval '1 minute'") // not old, however slow this machine
  expect(await wanted(1_000)).toBe(0)
  expect(await wanted(100)).toBe(1)
  await database.rows("update sluice.jobs set run_at = now() - interval '3 seconds'")
  expect(await wanted(1_000)).toBe(1)
  await session.end()
})

test("in the local host one wake scales out to maxDrainers, and never beyond", async () => {
  const database = await createDatabase()
  const sluice = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_SCHEDULE: "rate(1 hour)",
    SLUICE_CONCURRENCY: "10",
    SLUICE_MAX_DRAINERS: "3",
  })
  const jobs = Array.from({ length: 600 }, () => ({ name: "sleep", payload: { ms: 200 } }))
  await sluice.post("/v1/jobs/batch", { jobs })
  const seen = new Set<number>()
  await eventually(async () => {
    const [{ alive }] = await database.rows("select sluice.count_awake() as alive")
    seen.add(alive)
    expect(alive).toBeLessThanOrEqual(3)
    expect(await database.rows("select from sluice.jobs limit 1")).toEqual([])
  }, 60_000)

  expect(seen).toContain(3)
  expect(await database.rows("select count(*)::int, max(attempts) as attempts from sluice.finished")).toEqual(
    [{ count: 600, attempts: 1 }],
  )
})

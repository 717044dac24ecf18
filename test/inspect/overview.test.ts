import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("an empty queue has nothing to show", async () => {
  expect(await sluice.getOverview()).toMatchObject({
    counts: { ready: 0, scheduled: 0, waiting: 0, blocked: 0, running: 0 },
    oldestReadyAgeMs: 0,
    queues: [],
    pauses: [],
    ticks: [],
  })
})

test("jobs are counted by their states, and ready ones by their age in ranges", async () => {
  const ago = (ms: number) => new Date(Date.now() - ms)
  await sluice.pauseQueue("held")
  await sluice.pauseName("held-name", { for: "1h" })
  await sluice.enqueueMany([
    { name: "a" },
    { name: "a", options: { priority: -3, runAt: ago(120_000) } },
    { name: "a", options: { priority: 7, runAt: ago(86_400_000) } },
    { name: "a", options: { queue: "mail", runAt: ago(30_000) } },
    { name: "a", options: { delay: "1h" } },
    { name: "a", options: { queue: "held" } },
  ])
  const { id } = await sluice.enqueue("parent", {}, { delay: "1h" })
  await sluice.enqueue("child", {}, { after: [id] })

  const overview = await sluice.getOverview()
  expect(overview.counts).toEqual({ ready: 4, scheduled: 2, waiting: 1, blocked: 1, running: 0 })
  expect(overview.ages.map(({ jobs }) => jobs)).toEqual([1, 1, 1, 0, 0, 0, 1])
  expect(overview.ages.at(-1)?.upToMs).toBeNull()
  expect(overview.oldestReadyAgeMs).toBeGreaterThan(86_000_000)
  expect(overview.queues).toMatchObject([
    { name: "default", ready: 3 },
    { name: "mail", ready: 1 },
  ])
  expect(overview.pauses.map(({ kind, target }) => `${kind} ${target}`).toSorted()).toEqual([
    "name held-name",
    "queue held",
  ])
  await database.rows("delete from sluice.jobs")
})

test("a running job is running, and not ready", async () => {
  const seen: unknown[] = []
  const { drainOnce } = drainable(database, [
    defineJob({
      name: "look",
      async perform() {
        seen.push((await sluice.getOverview()).counts)
      },
    }),
  ])
  await sluice.enqueue("look", {})
  await drainOnce()
  expect(seen).toMatchObject([{ ready: 0, running: 1 }])
})

test("the next ticks of schedules are told, without those that are paused", async () => {
  await sluice.setSchedule("hourly", { name: "a", every: "1h" })
  await sluice.setSchedule("later", {
    name: "a",
    every: "1h",
    startsAt: new Date(Date.now() + 2 * 86_400_000),
  })
  await sluice.setSchedule("paused", { name: "a", every: "1m" })
  await sluice.pauseSchedule("paused")
  const { ticks } = await sluice.getOverview()
  expect(ticks.map(({ key }) => key)).toEqual(["hourly", "later"])
})

test("counts stop at 10,000", async () => {
  await sluice.enqueueMany(Array.from({ length: 10_050 }, () => ({ name: "many" })))
  const { counts, ages } = await sluice.getOverview()
  expect(counts.ready).toBe(10_000)
  expect(ages[0]?.jobs).toBe(10_000)
})

test("the slowest of the newest finished jobs of a name come first", async () => {
  await database.rows(
    `insert into sluice.finished (id, enqueued_at, run_at, priority, duration_ms, attempts, state, name, queue)
     select n, now(), now(), 0, n * 10, 1, 'succeeded', case when n % 2 = 0 then 'even' else 'odd' end, 'default' from generate_series(1, 100) n`,
  )
  const slowest = await sluice.listSlowest("even")
  expect(slowest.map(({ durationMs }) => durationMs)).toEqual([
    1000, 980, 960, 940, 920, 900, 880, 860, 840, 820,
  ])
})

import { createSluice, defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: string[] = []
const mail = defineJob({
  name: "mail",
  queue: "mail",
  concurrency: { key: "smtp", limit: 10 },
  perform: (_payload, { id }) => void performed.push(id),
})
const { sluice, drainOnce } = drainable(database, [mail])

const pauses = {
  queue: { pause: sluice.pauseQueue, target: "mail" },
  name: { pause: sluice.pauseName, target: "mail" },
  key: { pause: sluice.pauseKey, target: "smtp" },
}

afterEach(async () => {
  await database.pool.query("delete from sluice.pauses; delete from sluice.jobs")
  performed.length = 0
})

test.each(Object.entries(pauses))(
  "a drainer that is awake sees the end of the pause of a %s",
  async (kind, { pause, target }) => {
    await pause(target, { for: "2s" })
    const { id } = await sluice.enqueue(mail, {})
    expect(await sluice.listPauses()).toEqual([
      { kind, target, pausedAt: expect.any(Date), until: expect.any(Date) },
    ])
    expect((await sluice.getJob(id))?.state).toBe(kind === "key" ? "ready" : "blocked")

    const enough = new AbortController()
    const performing = drainOnce({ linger: "1m", signal: enough.signal })
    await expect.poll(() => performed, { timeout: 30_000 }).toEqual([id])
    enough.abort()
    await performing
    expect(await sluice.listPauses()).toEqual([])
  },
  60_000,
)

test("the end of a pause is the next time at which a drainer is needed", async () => {
  await sluice.pauseQueue("mail", { for: "1h" })
  const { nextDueInMs } = await drainOnce()
  expect(nextDueInMs).toBeGreaterThan(3_500_000)
  expect(nextDueInMs).toBeLessThan(3_600_000)
})

test("in the minute after the pause of a key, drainers are needed only as long as jobs of it are blocked", async () => {
  const hasEnded = { until: new Date(Date.now() - 1_000) }
  await sluice.pauseKey("smtp", hasEnded)
  expect(await drainOnce()).toMatchObject({ nextDueInMs: undefined, lateWork: false })

  await sluice.pauseKey("smtp", { for: "1h" })
  await sluice.enqueue(mail, {})
  await drainOnce()
  await sluice.pauseKey("smtp", hasEnded)
  expect(await database.rows("select sluice.next_due_at('{mail}', null) <= now() as is_due")).toEqual([
    { is_due: true },
  ])
})

test("in idle mode a pause asks for a drainer that sets the wake-up for its end, unless it is set for earlier", async () => {
  let wakes = 0
  const { pauseName, pauseKey, pauseQueue } = createSluice({
    database: database.pool,
    wake: async () => void wakes++,
  })
  const wakeUps: (Date | undefined)[] = []
  const setWakeUp = async (at: Date | undefined) => void wakeUps.push(at)
  await drainOnce({ setWakeUp })
  await pauseName("mail")
  expect(wakes, "it has no end").toBe(0)
  await pauseQueue("mail", { for: "1h" })
  expect(wakes).toBe(1)

  await drainOnce({ setWakeUp })
  expect(wakeUps).toEqual([
    undefined,
    (await sluice.listPauses()).find(({ kind }) => kind === "queue")?.until,
  ])
  await pauseKey("smtp", { for: "2h" })
  expect(wakes, "it ends later").toBe(1)
})

test("the last call decides when a pause ends", async () => {
  await sluice.pauseQueue("mail", { for: "1h" })
  const [{ pausedAt } = {}] = await sluice.listPauses()
  await sluice.pauseQueue("mail", { until: "2040-01-01T00:00:00Z" })
  expect(await sluice.listPauses()).toMatchObject([{ pausedAt, until: new Date("2040-01-01T00:00:00Z") }])
  expect(await sluice.listQueues()).toMatchObject([
    { name: "mail", paused: true, pausedUntil: new Date("2040-01-01T00:00:00Z") },
  ])
  await sluice.pauseQueue("mail")
  expect(await sluice.listPauses()).toMatchObject([{ pausedAt, until: null }])
})

test("a pause with an end that has passed is none, also for jobs that are stored before a drainer sees it", async () => {
  await sluice.pauseQueue("mail", { until: new Date(Date.now() - 60_000) })
  expect(await sluice.listPauses()).toEqual([])
  const { id, state } = await sluice.enqueue(mail, {})
  expect(state).toBe("ready")
  await drainOnce()
  expect(performed).toEqual([id])
})

test.each([
  ...Object.entries(pauses),
  ["schedule", { pause: sluice.pauseSchedule, target: "nightly" }] as const,
])(
  "the pause of a %s is refused if it was to end long ago, since it would pause nothing",
  async (_kind, { pause, target }) => {
    const pausing = pause(target, { until: "2020-01-31T12:00:00Z" })
    await expect(pausing).rejects.toThrow(
      'until is "2020-01-31T12:00:00Z": give an instant that has not passed',
    )
    expect(await sluice.listPauses()).toEqual([])
  },
)

import { defineJob, defineSchedule, RetryAfter } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createKit } from "./kit.ts"

let performed: unknown[] = []
beforeEach(() => {
  performed = []
})

const note = defineJob({ name: "note", perform: (text: string) => void performed.push(text) })
const flaky = defineJob({
  name: "flaky",
  retry: [],
  maxAttempts: 3,
  backoff: { strategy: "constant", base: "1h", jitter: 0 },
  perform(_: object, { attempt }) {
    performed.push(`attempt ${attempt}`)
    if (attempt < 3) throw new Error("not yet")
  },
})
const sleeper = defineJob({
  name: "sleeper",
  async perform(until: string, { sleepUntil }) {
    performed.push(new Date().toISOString().slice(0, 10))
    await sleepUntil(until)
    performed.push("awake")
  },
})
const waiting = defineJob({
  name: "waiting",
  async perform(_: object, { waitFor, id }) {
    await waitFor(`answer ${id}`, { timeout: "3d" })
  },
})
const later = defineJob({
  name: "later",
  perform(at: string) {
    if (Date.now() >= Date.parse(at)) return void performed.push("later")
    throw new RetryAfter(new Date(at))
  },
})
const limited = defineJob({
  name: "limited",
  rate: { key: "mail", limit: 2, per: "1h" },
  perform: (number: number) => void performed.push(number),
})
const tick = defineJob({
  name: "tick",
  perform: (_: object, { schedule }) => void performed.push(schedule?.tick.toISOString()),
})
const berlin = defineSchedule("berlin", {
  job: tick,
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
})
const kit = await createKit({ jobs: [note, flaky, sleeper, waiting, later, limited] })

test("a delayed job is performed once the clock has been moved, and not before", async () => {
  await note.enqueue("in three days", { delay: "3d" })
  expect((await kit.drainAll()).succeeded).toBe(0)
  await kit.clock.advance("2d")
  expect((await kit.drainAll()).succeeded).toBe(0)
  await kit.clock.advance("1d")
  expect((await kit.drainAll()).succeeded).toBe(1)
})

test("drainAll performs what becomes due until then, in the order in which it does", async () => {
  const { clock, drainAll } = kit
  for (const hours of [5, 1, 9, 3] as const) await note.enqueue(`${hours} h`, { delay: `${hours}h` })
  const began = await clock.now()
  const { succeeded } = await drainAll({ now: "6h" })
  expect(performed).toEqual(["1 h", "3 h", "5 h"])
  expect(succeeded).toBe(3)
  const passedMs = (await clock.now()).getTime() - began.getTime()
  expect(passedMs / 3_600_000).toBeCloseTo(6, 1)
  await drainAll({ now: new Date((await clock.now()).getTime() + 4 * 3_600_000) })
  expect(performed).toEqual(["1 h", "3 h", "5 h", "9 h"])
})

test("retries follow the moved clock", async () => {
  const { id } = await flaky.enqueue({})
  expect(await kit.drainAll()).toMatchObject({ retried: 1, succeeded: 0 })
  expect(await kit.drainAll({ now: "3h" })).toMatchObject({ retried: 1, succeeded: 1 })
  expect(performed).toEqual(["attempt 1", "attempt 2", "attempt 3"])
  const { executions = [] } = (await kit.sluice.getJob(id)) ?? {}
  const [first = 0, second = 0] = executions.map(({ endedAt }) => endedAt.getTime() / 3_600_000)
  expect(second - first).toBeCloseTo(1, 1)
})

test("a sleep until an instant, and a retry after one, are reckoned from the moved clock", async () => {
  await kit.clock.set("2031-05-01T12:00:00Z")
  const job = await sleeper.enqueue("2031-05-04T12:00:00Z")
  await later.enqueue("2031-05-03T12:00:00Z")
  await kit.drainAll()
  expect((await kit.sluice.getJob(job.id))?.runAt.toISOString().slice(0, 16)).toMatch(/2031-05-04T1[12]:/)
  await kit.drainAll({ now: "2031-05-05T00:00:00Z" })
  expect(performed).toEqual(["2031-05-01", "later", "2031-05-04", "awake"])
})

test("waits time out, and jobs expire", async () => {
  const wait = await waiting.enqueue({}, { maxAttempts: 1 })
  const { id } = await note.enqueue("too late", { delay: "1d", expiresIn: "2d" })
  await kit.drainAll()
  await kit.clock.advance("4d")
  await kit.drainAll()
  expect((await kit.sluice.getJob(wait.id))?.errors[0]?.class).toBe("WaitTimeoutError")
  expect(await kit.sluice.getJob(id)).toMatchObject({ state: "canceled", reason: "expired" })
})

test("rates let as many start as their time allows", async () => {
  for (const number of [1, 2, 3, 4, 5]) await limited.enqueue(number)
  await kit.drainAll()
  expect(performed).toEqual([1, 2])
  await kit.drainAll({ now: "61m" })
  expect(performed).toEqual([1, 2, 3, 4])
  await kit.drainAll({ now: "2h" })
  expect(performed).toEqual([1, 2, 3, 4, 5])
})

test("schedules tick through the change to summer time, on a clock that was set back", async () => {
  const scheduled = await createKit({ jobs: [tick], schedules: [berlin] })
  await scheduled.clock.set("2026-03-26T12:00:00Z")
  await scheduled.drainAll({ now: "2026-03-31T00:00:00Z" })
  expect(performed).toEqual([
    "2026-03-27T01:30:00.000Z",
    "2026-03-28T01:30:00.000Z",
    "2026-03-29T01:00:00.000Z",
    "2026-03-30T00:30:00.000Z",
  ])
})

test("history is dropped after its time", async () => {
  const { id } = await note.enqueue("old")
  await kit.drainAll()
  await kit.clock.advance("13d")
  expect(await kit.sluice.getJob(id)).toBeDefined()
  await kit.clock.advance("3d")
  expect(await kit.sluice.getJob(id)).toBeUndefined()
})

test("a job that has become due is seen by whoever lists the jobs of the moved time", async () => {
  await note.enqueue("listed")
  await kit.drainAll()
  const { jobs } = await kit.sluice.listJobs({ state: "succeeded" })
  expect(jobs[0]?.finishedAt?.getFullYear()).toBe(2031)
})

test("on a clock that was set back, the death of a drainer is told from a restart of the server", async () => {
  const past = await createKit({ jobs: [note] })
  await past.clock.set("2020-01-01T00:00:00Z")
  const { errors, finishedAt } = await past.deliverTwice(note, "twice")
  expect(errors[0]?.message).toMatch(/died with this job alone in flight$/)
  expect(finishedAt?.getFullYear()).toBe(2020)
})

test("when the clock is set back, what is done once a second is done at once", async () => {
  const back = await createKit({ jobs: [note] })
  await back.drainAll()
  await back.clock.set("2020-01-01T00:00:00Z")
  const { rows } = await back.pool.query("select ticked_at < sluice.now() as is_past from sluice.ticks")
  expect(rows).toEqual([{ is_past: true }])
})

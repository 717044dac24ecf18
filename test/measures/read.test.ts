import { defineJob, type OutcomeCounts } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "noop", perform() {} }),
  defineJob({ name: "busy", perform: () => new Promise((resolve) => setTimeout(resolve, 40)) }),
])
/** The begin of an even hour. */
const NOON = new Date(Math.floor(Date.now() / 7_200_000 - 2) * 7_200_000)

beforeEach(() => database.rows("truncate sluice.noted_measures, sluice.measures"))

test("points are told for each step, those without executions too, and all of them together", async () => {
  await note([
    { minute: 0, succeeded: 3, ms: 100 },
    { minute: 0, retried: 1, ms: 200 },
    { minute: 2, succeeded: 4, ms: 300 },
  ])
  const { points, total, stepMs } = await sluice.getThroughput({ since: NOON, until: after(4) })
  expect(stepMs).toBe(60_000)
  expect(points.map(({ at, executions, failureRate }) => [at, executions, failureRate])).toEqual([
    [NOON, 4, 0.25],
    [after(1), 0, null],
    [after(2), 4, 0],
    [after(3), 0, null],
  ])
  expect(total).toMatchObject({ executions: 8, succeeded: 7, retried: 1, failureRate: 1 / 8 })
  expect(points[0]?.runMs.p50).toBeCloseTo(100, -1)
  expect(points[0]?.runMs.p99).toBeCloseTo(200, -2)
  expect(points[1]?.runMs).toEqual({ p50: null, p95: null, p99: null })
  expect(total.runMs.p95).toBeCloseTo(300, -2)
})

test("before and after they are summed up, minutes, ten minutes and hours tell the same", async () => {
  await note([
    { minute: 1, succeeded: 3, ms: 100 },
    { minute: 11, succeeded: 5, ms: 100 },
    { minute: 61, discarded: 2, ms: 100 },
  ])
  const read = async () =>
    Promise.all(
      (["1m", "10m", "1h", "2h"] as const).map(async (step) => {
        const { points } = await sluice.getThroughput({ since: NOON, until: after(120), step })
        return points.filter(({ executions }) => executions > 0).map(({ at, executions }) => [at, executions])
      }),
    )
  const noted = await read()
  expect(noted).toEqual([
    [
      [after(1), 3],
      [after(11), 5],
      [after(61), 2],
    ],
    [
      [NOON, 3],
      [after(10), 5],
      [after(60), 2],
    ],
    [
      [NOON, 8],
      [after(60), 2],
    ],
    [[NOON, 10]],
  ])
  await sumUp()
  expect(await read()).toEqual(noted)
  expect(await database.rows("select * from sluice.noted_measures")).toEqual([])
})

test("notes that come late are added to what has been summed up", async () => {
  await note([{ minute: 1, succeeded: 3, ms: 100 }])
  await sumUp()
  await note([{ minute: 1, succeeded: 2, ms: 400 }])
  await sumUp()
  const { total } = await sluice.getThroughput({ since: NOON, until: after(60), step: "1h" })
  expect(total.succeeded).toBe(5)
  expect(total.runMs.p50).toBeCloseTo(100, -1)
  expect(total.runMs.p99).toBeCloseTo(400, -2)
})

test("names and queues can be told apart, and chosen", async () => {
  await note([
    { minute: 0, succeeded: 3, name: "mail", queue: "fast" },
    { minute: 5, discarded: 1, name: "mail", queue: "slow" },
    { minute: 5, succeeded: 1, name: "report", queue: "slow" },
  ])
  const range = { since: NOON, until: after(10) }
  expect((await sluice.getThroughput({ ...range, name: "mail" })).total.executions).toBe(4)
  expect((await sluice.getThroughput({ ...range, queue: "slow" })).total.executions).toBe(2)
  expect(await sluice.listNames(range)).toMatchObject([
    { name: "mail", executions: 4, failureRate: 0.25, queues: ["fast", "slow"], lastAt: after(5) },
    { name: "report", executions: 1, failureRate: 0, queues: ["slow"], lastAt: after(5) },
  ])
  expect(await sluice.listNames({ ...range, queue: "fast" })).toMatchObject([{ name: "mail", executions: 3 }])
  const { series } = await sluice.listSeries({ ...range, step: "5m" })
  expect(series).toEqual([
    { of: "fast", executions: [3, 0], failures: [0, 0] },
    { of: "slow", executions: [0, 2], failures: [0, 1] },
  ])
  const byName = await sluice.listSeries({ ...range, by: "name", step: "10m" })
  expect(byName.series.map(({ of, executions }) => [of, executions])).toEqual([
    ["mail", [4]],
    ["report", [1]],
  ])
})

test("a long range of names is read in long spans, and at its ends in shorter ones, so that it is told as exactly", async () => {
  const minutes = [0, 29, 30, 61, 200, 419, 455, 456, 470, 480]
  await note(minutes.map((minute) => ({ minute, succeeded: 1 })))
  await sumUp()
  await database.rows("delete from sluice.measures where span_s = 60 and starts_at > $1 and starts_at < $2", [
    after(61),
    after(419),
  ])
  for (const [from, to] of [
    [0, 480],
    [29, 456],
    [30, 456],
    [31, 455],
    [62, 419],
  ] as const) {
    const [noop] = await sluice.listNames({ since: after(from), until: after(to) })
    expect(noop?.executions).toBe(minutes.filter((minute) => minute >= from && minute < to).length)
  }
})

test("series have at most 60 points unless a step is given, also where a step is longer than what is read", async () => {
  await note([
    { minute: 0, succeeded: 3, discarded: 1 },
    { minute: 59, retried: 2 },
    { minute: 61, snoozed: 1 },
  ])
  const series = async (hours: number, step?: "6h") => {
    const { series, stepMs } = await sluice.listSeries({
      since: NOON,
      until: after(hours * 60),
      by: "name",
      ...(step && { step }),
    })
    return [
      stepMs / 60_000,
      ...series.map(({ executions, failures }) => [executions.length, executions[0], failures[0]]),
    ]
  }
  expect(await series(1)).toEqual([1, [60, 4, 1]])
  expect(await series(2)).toEqual([10, [12, 4, 1]])
  await sumUp()
  expect(await series(2)).toEqual([10, [12, 4, 1]])
  expect(await series(24)).toEqual([60, [24, 6, 3]])
  expect((await series(24, "6h"))[0]).toBe(360)
})

test("the time of a drain is billed to its jobs in proportion to how long they run", async () => {
  await sluice.enqueueMany([...Array(5)].map(() => ({ name: "busy" })).concat([{ name: "noop" }]))
  const { ms } = await drainOnce({ invocation: { memoryMb: 1_024 }, concurrency: 1 })
  const names = await sluice.listNames()
  const gbSeconds = names.reduce((sum, one) => sum + one.gbSeconds, 0)
  expect(gbSeconds).toBeLessThanOrEqual((ms + 20) / 1_000)
  expect(gbSeconds, "the jobs run for 40 ms each").toBeGreaterThanOrEqual(0.2)
  const [busy, noop] = names
  expect(busy?.gbSeconds).toBeGreaterThan(10 * (noop?.gbSeconds as number))
})

test("without a memory, nothing is billed", async () => {
  await sluice.enqueue("noop", {})
  await drainOnce()
  expect((await sluice.listNames())[0]).toMatchObject({ name: "noop", executions: 1, gbSeconds: 0 })
})

test("a range or a step that means nothing is refused", async () => {
  await expect(sluice.getThroughput({ since: NOON, until: NOON })).rejects.toThrow("since is")
  await expect(sluice.getThroughput({ step: "90s" })).rejects.toThrow("step is")
  await expect(sluice.getThroughput({ step: "90m" })).rejects.toThrow("step is")
  await expect(sluice.getThroughput({ since: "2020-01-01T00:00Z", step: "1m" })).rejects.toThrow("step is")
  await expect(sluice.listSeries({ by: "tag" as never })).rejects.toThrow("by is")
  await expect(sluice.listNames({ nme: "mail" } as never)).rejects.toThrow('no option "nme"')
})

function after(minutes: number): Date {
  return new Date(NOON.getTime() + minutes * 60_000)
}

interface Note extends Partial<OutcomeCounts> {
  minute: number
  name?: string
  queue?: string
  ms?: number
}

/** Writes what a drainer would that has performed these. */
async function note(notes: readonly Note[]): Promise<void> {
  const rows = notes.map(({ minute, name = "mail", queue = "default", ms = 1, ...counts }) => {
    const all = { succeeded: 0, retried: 0, discarded: 0, canceled: 0, snoozed: 0, ...counts }
    const total = Object.values(all).reduce((sum, count) => sum + count, 0)
    const histogram = { buckets: [Math.ceil(8 * Math.log2(ms))], counts: [total] }
    const times = { busy_ms: ms * total, waited_ms: 0, billed_mb_ms: 0, runs: histogram, waits: histogram }
    return { starts_at: after(minute), name, queue, ...all, ...times }
  })
  await database.rows("select sluice.note_measures($1)", [JSON.stringify(rows)])
}

async function sumUp(): Promise<void> {
  const [done] = await database.rows("select error from sluice.run_maintenance('sum up measures')")
  expect(done).toEqual({ error: null })
}

test("names are told without percentiles when these would take more than 50,000 rows", async () => {
  const fill = (count: number) =>
    database.rows(
      `insert into sluice.measures (span_s, starts_at, name, queue, succeeded, retried, discarded, canceled, snoozed, interrupted, busy_ms,
         waited_ms, billed_mb_ms, runs, waits)
       select 60, $2, 'wide', 'q' || n, 1, 0, 0, 0, 0, 0, 1, 1, 0, row(array[8], array[1])::sluice.histogram, null from generate_series(1, $1) n`,
      [count, NOON],
    )
  await fill(100)
  const range = { since: NOON, until: after(10) }
  const [few] = await sluice.listNames(range)
  expect(few).toMatchObject({ executions: 100, runMs: { p50: expect.any(Number) } })
  await database.rows("truncate sluice.measures")
  await fill(50_001)
  const [many] = await sluice.listNames(range)
  expect(many).toMatchObject({ executions: 50_001, runMs: { p50: null } })
  expect(many?.queues).toContain("q7")
})

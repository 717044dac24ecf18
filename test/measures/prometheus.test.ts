import { defineJob } from "@sluice/core"
import { prometheusMetrics } from "@sluice/core/prometheus"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "noop", perform() {} }),
  defineJob({
    name: "fails",
    maxAttempts: 1,
    perform() {
      throw new Error("always")
    },
  }),
])

beforeEach(() =>
  database.rows("truncate sluice.jobs, sluice.drainers, sluice.noted_measures, sluice.measures"),
)

test("each line is of the text format: a comment before its samples, labels in quotes, a number", async () => {
  await sluice.enqueueMany([{ name: "noop" }, { name: "fails", options: { queue: "slow" } }])
  await drainOnce()
  const text = await prometheusMetrics(sluice)
  expect(text.endsWith("\n")).toBe(true)
  let family = ""
  for (const line of text.trimEnd().split("\n")) {
    const help = /^# HELP ([a-z_]+) .+$/.exec(line)
    const type = /^# TYPE ([a-z_]+) (?:gauge|counter|histogram)$/.exec(line)
    const sample = /^([a-z_]+)(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (?:\d[\d.e+-]*)$/.exec(line)
    if (help) family = help[1] as string
    else if (type) expect(type[1]).toBe(family)
    else expect(sample?.[1]?.startsWith(family), line).toBe(true)
  }
})

test("executions are counted by name, queue and outcome, and only grow, also when they are summed up", async () => {
  await sluice.enqueueMany([
    { name: "noop" },
    { name: "noop" },
    { name: "fails", options: { queue: "slow" } },
  ])
  await drainOnce()
  const before = samplesOf(await prometheusMetrics(sluice))
  expect(before['sluice_executions_total{name="noop",queue="default",outcome="succeeded"}']).toBe(2)
  expect(before['sluice_executions_total{name="fails",queue="slow",outcome="discarded"}']).toBe(1)
  expect(before['sluice_executions_total{name="fails",queue="slow",outcome="succeeded"}']).toBe(0)
  await database.rows("select * from sluice.run_maintenance('sum up measures')")
  expect(await counters()).toEqual(countersIn(before))
  await sluice.enqueue("noop", {})
  await drainOnce()
  expect((await counters())['sluice_executions_total{name="noop",queue="default",outcome="succeeded"}']).toBe(
    3,
  )
})

test("a histogram's buckets are cumulative, end with all, and agree with its count and sum", async () => {
  await database.rows(`select sluice.note_measures('[{"starts_at": "2026-01-01T00:00Z", "name": "mail", "queue": "q", "succeeded": 6,
    "retried": 0, "discarded": 0, "canceled": 0, "snoozed": 0, "busy_ms": 5000, "waited_ms": 60, "billed_mb_ms": 2048000,
    "runs": {"buckets": [0, 16, 17, 80], "counts": [1, 2, 1, 2]}, "waits": {"buckets": [32], "counts": [6]}}]')`)
  const samples = samplesOf(await prometheusMetrics(sluice))
  const upTo = (le: string) => samples[`sluice_run_seconds_bucket{name="mail",queue="q",le="${le}"}`]
  expect(["0.001", "0.004", "0.016", "0.256", "1.024", "4194.304", "+Inf"].map(upTo)).toEqual([
    1, 3, 4, 4, 6, 6, 6,
  ])
  expect(samples['sluice_run_seconds_sum{name="mail",queue="q"}']).toBe(5)
  expect(samples['sluice_run_seconds_count{name="mail",queue="q"}']).toBe(6)
  expect(samples['sluice_wait_seconds_sum{name="mail",queue="q"}']).toBe(0.06)
  expect(samples['sluice_billed_gigabyte_seconds_total{name="mail",queue="q"}']).toBe(2)
})

test("the backlog, the drainers and the verdict are told as they are now", async () => {
  await database.rows(
    "insert into sluice.jobs (name, state, run_at) values ('noop', 'ready', now() - interval '2 hours')",
  )
  const samples = samplesOf(await prometheusMetrics(sluice))
  expect(samples.sluice_ready_jobs).toBe(1)
  expect(samples.sluice_oldest_ready_age_seconds).toBeGreaterThan(7_000)
  expect(samples.sluice_drainers).toBe(0)
  expect(samples['sluice_health{verdict="failing"}']).toBe(1)
  expect(samples['sluice_health{verdict="healthy"}']).toBe(0)
})

test("names that SQL has let in are escaped", async () => {
  await database.rows(
    `insert into sluice.noted_measures (starts_at, name, queue, succeeded) values (now(), $1, 'q', 1)`,
    ['a"b\\c\nd'],
  )
  const text = await prometheusMetrics(sluice)
  expect(text).toContain('sluice_executions_total{name="a\\"b\\\\c\\nd",queue="q",outcome="succeeded"} 1\n')
})

test("of more than 300 names and queues, those with the most executions are told", async () => {
  await database.rows(`insert into sluice.noted_measures (starts_at, name, queue, succeeded)
    select now(), 'n' || n, 'default', n from generate_series(1, 400) n`)
  const samples = samplesOf(await prometheusMetrics(sluice))
  const counts = Object.keys(samples).filter((key) => key.startsWith("sluice_run_seconds_count"))
  expect(counts).toHaveLength(300)
  expect(counts).toContain('sluice_run_seconds_count{name="n400",queue="default"}')
  expect(counts).not.toContain('sluice_run_seconds_count{name="n100",queue="default"}')
})

async function counters(): Promise<Record<string, number>> {
  return countersIn(samplesOf(await prometheusMetrics(sluice)))
}

function countersIn(samples: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(samples).filter(([key]) => /_total|_count|_sum|_bucket/.test(key)))
}

function samplesOf(text: string): Record<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  )
}

import { setTimeout as wait } from "node:timers/promises"
import { Discard, defineJob, Snooze, TimeoutError } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const reasons: unknown[] = []
const allowedMs: number[] = []
const slow = defineJob({
  name: "slow",
  timeout: "150ms",
  async perform({ ms }: { ms: number }, { signal, deadlineAt }) {
    allowedMs.push(deadlineAt.getTime() - Date.now())
    signal.addEventListener("abort", () => reasons.push(signal.reason))
    await wait(ms, undefined, { signal })
  },
})
const late = defineJob({
  name: "late",
  timeout: "100ms",
  backoff: { base: "1h" },
  async perform({ how }: { how: string }) {
    await wait(200)
    if (how === "discards") throw new Discard("too late to say so")
    if (how === "snoozes") throw new Snooze("1h")
    return "late but done"
  },
})
const patient = defineJob({
  name: "patient",
  perform: () => eventually(() => expect(reasons).toHaveLength(2)),
})
const { sluice, drainOnce } = drainable(database, [slow, late, patient])

afterEach(async () => {
  await database.pool.query("delete from sluice.jobs")
  reasons.length = allowedMs.length = 0
})

test("a job that runs into its timeout is told through its signal, and the attempt has failed with TimeoutError", async () => {
  const { id } = await sluice.enqueue("slow", { ms: 60_000 })
  expect(await drainOnce()).toMatchObject({ retried: 1, stuck: 0 })

  expect(reasons).toEqual([expect.any(TimeoutError)])
  expect(allowedMs[0]).toBeLessThanOrEqual(150)
  const job = await sluice.getJob(id)
  expect(job).toMatchObject({
    state: "scheduled",
    attempts: 1,
    errors: [
      {
        class: "TimeoutError",
        outcome: "retried",
        message: 'The job "slow" took longer than its timeout of 150 ms',
      },
    ],
  })
  expect(job?.errors[0]?.durationMs).toBeGreaterThanOrEqual(145)
  expect(job?.errors[0]?.durationMs).toBeLessThan(3_000)
})

test("of jobs that run together each runs into its own timeout, whichever began first", async () => {
  await sluice.enqueueMany([
    { name: "patient" },
    { name: "slow", payload: { ms: 20_000 }, options: { timeout: "300ms" } },
    { name: "slow", payload: { ms: 20_000 } },
  ])
  expect(await drainOnce()).toMatchObject({ succeeded: 1, retried: 2 })
})

test("a timeout is the last attempt's end like any other failure", async () => {
  const { id } = await sluice.enqueue("slow", { ms: 60_000 }, { maxAttempts: 1 })
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", errors: [{ class: "TimeoutError" }] })
})

test("the call's timeout comes before the definition's", async () => {
  const { id } = await sluice.enqueue("slow", { ms: 300 }, { timeout: 20 })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", errors: [] })
  expect(reasons).toEqual([])
  expect(allowedMs[0]).toBeGreaterThan(15_000)
})

test("what a job does after its timeout counts for nothing: the attempt has failed, whatever it returns or throws", async () => {
  for (const how of ["returns", "discards", "snoozes"]) {
    const { id } = await sluice.enqueue("late", { how })
    expect(await drainOnce()).toMatchObject({ succeeded: 0, retried: 1, discarded: 0, snoozed: 0, lost: 0 })
    expect(await sluice.getJob(id)).toMatchObject({
      state: "scheduled",
      attempts: 1,
      errors: [{ class: "TimeoutError", outcome: "retried" }],
    })
  }
})

import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"

test("near its deadline a drain aborts what runs, puts it back without charging an attempt, and says that work is due", async () => {
  const database = await createDatabase()
  const slow = defineJob({
    name: "slow",
    perform: (_payload, { signal }) => wait(60_000, undefined, { signal }),
  })
  const { sluice, drainOnce } = drainable(database, [slow])
  const { id } = await slow.enqueue({})

  const beganAtMs = performance.now()
  const summary = await drainOnce({ remainingMs: countdown(2_000) })

  expect(performance.now() - beganAtMs, "ms of an invocation of 2,000").toBeLessThan(2_000)
  expect(summary).toMatchObject({ claimed: 1, snoozed: 1, stuck: 0, dueWork: true })
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })
})

test("jobs that were claimed but not begun are given back as they were", async () => {
  const database = await createDatabase()
  let delayMs = 0
  const job = defineJob({
    name: "first-quick-then-slow",
    perform: (_payload, { signal }) => wait(delayMs, undefined, { signal }),
  })
  const { drainOnce } = drainable(database, [job])
  for (let count = 0; count < 40; count++) await job.enqueue({})
  setTimeout(() => {
    delayMs = 60_000
  }, 0)

  // the first ones are quick, so it claims ahead; then they hang
  const summary = await drainOnce({ concurrency: 2, remainingMs: countdown(2_000) })

  expect(summary.released).toBe(summary.claimed - summary.succeeded - summary.snoozed)
  expect(summary).toMatchObject({ dueWork: true, lost: 0 })
  const [{ untouched }] = await database.rows(
    "select count(*) filter (where fence = 0)::int as untouched from sluice.jobs",
  )
  expect(untouched).toBe(40 - summary.succeeded - summary.snoozed)
})

test("a job with a timeout is begun only while it fits into what remains", async () => {
  const database = await createDatabase()
  const short = defineJob({ name: "short", timeout: "200ms", perform() {} })
  const long = defineJob({ name: "long", timeout: "1500ms", perform() {} })
  const { drainOnce } = drainable(database, [short, long])
  await short.enqueue({})
  await long.enqueue({})
  let remainingMs = 3_000
  const began = drainOnce({
    remainingMs: () => {
      const now = remainingMs
      remainingMs = 1_400 // the drain begins with 3 seconds, and finds itself half-way when it first claims
      return now
    },
  })

  expect(await began).toMatchObject({ succeeded: 1, dueWork: true })
  expect(await database.rows("select name from sluice.jobs")).toEqual([{ name: "long" }])
  expect(await drainOnce({ remainingMs: countdown(3_000) })).toMatchObject({ succeeded: 1, dueWork: false })
})

test("a job whose timeout can never fit is begun at the beginning of an invocation", async () => {
  const database = await createDatabase()
  const job = defineJob({ name: "long", timeout: "10m", perform() {} })
  const { drainOnce } = drainable(database, [job])
  await job.enqueue({})

  expect(await drainOnce({ remainingMs: countdown(5_000) })).toMatchObject({ succeeded: 1 })
})

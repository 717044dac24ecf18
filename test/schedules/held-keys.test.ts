import { defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { scheduleFrom, ticksOf } from "./schedules.ts"

// The transaction of somebody who enqueues may stay open for long. Whoever enqueues a tick, or a callback, does so in the claim of a
// drainer, and must not wait for it.

const database = await createDatabase()
const jobs = ["report", "other"].map((name) => defineJob({ name, perform() {} }))
const { sluice, drainOnce } = drainable(database, jobs)
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.schedules, sluice.schedule_ticks"))

test.each([
  ["a unique key", { uniqueKey: "k" }],
  ["a key whose jobs run in order", { concurrencyKey: "k", concurrencyOrder: "enqueued" }],
] as const)(
  "while a transaction has %s, other jobs and schedules run, and the tick has its job afterwards",
  async (_what, options) => {
    await scheduleFrom(database, "held", { name: "report", every: "1h", options }, minutesAgo(61))
    await scheduleFrom(database, "free", { name: "report", every: "1h" }, minutesAgo(61))
    const client = await database.pool.connect()
    await client.query("begin")
    await sluice.enqueue("report", {}, { ...options, transaction: client })
    await sluice.enqueue("other", {})

    const startedAtMs = performance.now()
    expect(await drainOnce()).toMatchObject({ succeeded: 2 })
    expect(performance.now() - startedAtMs, "ms of the drain").toBeLessThan(2_000)
    expect([await ticksOf(database, "free"), await ticksOf(database, "held")]).toMatchObject([
      { length: 1 },
      [],
    ])

    await client.query("rollback")
    client.release()
    await database.pool.query("update sluice.schedules set next_at = now() where key = 'held'")
    expect(await drainOnce()).toMatchObject({ succeeded: 1 })
    expect(await ticksOf(database, "held")).toMatchObject([expect.stringContaining("enqueued")])
  },
)

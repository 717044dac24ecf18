import { Discard, defineJob, type SettledExecution, Snooze } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("whoever drains is told of each settled execution: its outcome, its duration, and how late it began", async () => {
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "succeeds", perform() {} }),
    defineJob({ name: "commits", transactional: true, perform() {} }),
    defineJob({
      name: "fails",
      perform() {
        throw new Error("once")
      },
    }),
    defineJob({
      name: "gives-up",
      perform() {
        throw new Discard("no use")
      },
    }),
    defineJob({
      name: "waits",
      perform() {
        throw new Snooze("1h")
      },
    }),
  ])
  const runAt = new Date(Date.now() - 60_000)
  await sluice.enqueueMany(
    ["succeeds", "commits", "fails", "gives-up", "waits"].map((name) => ({ name, options: { runAt } })),
  )
  const settled: SettledExecution[] = []
  await drainOnce({ onSettled: (execution) => settled.push(execution) })
  const sinceDueMs = Date.now() - runAt.getTime()

  expect(Object.fromEntries(settled.map(({ name, outcome }) => [name, outcome]))).toEqual({
    succeeds: "succeeded",
    commits: "succeeded",
    fails: "retried",
    "gives-up": "discarded",
    waits: "snoozed",
  })
  for (const { name, dueToStartMs, durationMs } of settled) {
    expect(dueToStartMs, name).toBeGreaterThanOrEqual(60_000 - 500)
    expect(dueToStartMs, name).toBeLessThan(sinceDueMs + 500)
    expect(durationMs, name).toBeGreaterThanOrEqual(0)
  }
})

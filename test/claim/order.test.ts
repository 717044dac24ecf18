import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("jobs run by priority, then by the time they were due, then in the order they were stored", async () => {
  const database = await createDatabase()
  const order: string[] = []
  const job = defineJob({ name: "note", perform: ({ label }: { label: string }) => void order.push(label) })
  const { sluice, drainOnce } = drainable(database, [job])

  const anHourAgo = new Date(Date.now() - 3_600_000)
  await sluice.enqueueMany([
    { name: "note", payload: { label: "third" } },
    { name: "note", payload: { label: "last" }, options: { priority: 10 } },
    { name: "note", payload: { label: "fourth" } },
    { name: "note", payload: { label: "first" }, options: { priority: -5 } },
    { name: "note", payload: { label: "second" }, options: { runAt: anHourAgo } },
  ])
  await drainOnce({ concurrency: 1 })

  expect(order).toEqual(["first", "second", "third", "fourth", "last"])
})

test("a job that comes during a backlog runs after it, also when its drainer looks from the start meanwhile", async () => {
  const database = await createDatabase()
  const order: string[] = []
  const job = defineJob({
    name: "note",
    async perform({ label }: { label: string }) {
      order.push(label)
      if (order.length === 3) await sluice.enqueue("note", { label: "late" })
      await wait(60) // together longer than the second after which it looks from the start
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  const backlog = Array.from({ length: 30 }, (_, n) => `${n}`)
  const runAt = new Date(Date.now() - 3_600_000)
  await sluice.enqueueMany(backlog.map((label) => ({ name: "note", payload: { label }, options: { runAt } })))
  await drainOnce({ concurrency: 1 })
  expect(order).toEqual([...backlog, "late"])
})

test("a drainer keeps to the order with the plans that it makes while no job waits", async () => {
  const database = await createDatabase()
  const { sluice } = drainable(database, [defineJob({ name: "note", perform() {} })])
  await database.pool.query("vacuum analyze sluice.jobs")
  const session = await openSession(database)
  // Postgres plans a statement with its values five times, then perhaps once for all
  for (let round = 1; round <= 8; round++) {
    const stored = await sluice.enqueueMany(
      [3, 2, 1].map((priority) => ({ name: "note", options: { priority } })),
    )
    const claimed = await session.claim("note")
    expect(claimed.map(({ id }) => id)).toEqual(stored.map(({ id }) => id).toReversed())
    expect(await session.settle(...claimed.map((job) => ({ ...job, outcome: "succeeded" })))).toEqual([])
  }
  await session.end()
})

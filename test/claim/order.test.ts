import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
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

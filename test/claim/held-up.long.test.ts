import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })
const { sluice, drainOnce } = drainable(database, [job])

test("a claim that waits for a lock too long is tried again, and keeps no lock of what it did not take", async () => {
  await sluice.enqueueMany(Array.from({ length: 20 }, () => ({ name: "job" })))
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("lock table sluice.claims in share mode")
  const warnings: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) }

  const drained = drainOnce({ log, remainingMs: () => 8_000 })
  await eventually(() => expect(warnings).toContain("A claim failed; trying again"))
  await holder.query("rollback")
  await holder.end()
  expect(await drained).toMatchObject({ claimed: 20, succeeded: 20, lost: 0 })
})

test("a drainer that can't claim for long, and has nothing else to do, ends with the reason", async () => {
  await sluice.enqueue("job", {})
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("lock table sluice.claims in share mode")
  await expect(drainOnce({ remainingMs: () => 8_000 })).rejects.toThrow(/lock timeout/)
  await holder.query("rollback")
  await holder.end()
})

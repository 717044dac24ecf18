import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a delayed job stays out of the claim's index until it is due, then runs in its turn", async () => {
  const database = await createDatabase()
  const order: string[] = []
  const job = defineJob({ name: "note", perform: ({ label }: { label: string }) => void order.push(label) })
  const { sluice, drainOnce } = drainable(database, [job])
  const later = await job.enqueue({ label: "later" }, { delay: "1h" })
  expect(later.state).toBe("scheduled")

  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  expect(await sluice.getJob(later.id)).toMatchObject({ state: "scheduled", attempts: 0 })

  await database.pool.query("update sluice.jobs set run_at = now() - interval '1 second'")
  await job.enqueue({ label: "now" })
  expect(await drainOnce({ concurrency: 1 })).toMatchObject({ succeeded: 2 })
  expect(order).toEqual(["later", "now"])
})

test("more delayed jobs come due at once than one promotion takes, and all run in one drain", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "noop", perform() {} })])
  await sluice.enqueueMany(Array.from({ length: 5_000 }, () => ({ name: "noop", options: { delay: "1h" } })))
  await database.pool.query("update sluice.jobs set run_at = now() - interval '1 second'")

  expect(await drainOnce()).toMatchObject({ succeeded: 5_000, dueWork: false })
})

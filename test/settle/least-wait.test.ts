import { defineJob, RetryAfter, Snooze } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"

test.each([
  ["Snooze", () => new Snooze(0)],
  ["RetryAfter", () => new RetryAfter("1ms")],
])("%s waits at least a second, so that a job that asks for no wait doesn't spin", async (_name, thrown) => {
  const database = await createDatabase()
  let begun = 0
  const job = defineJob({
    name: "impatient",
    perform() {
      begun++
      throw thrown()
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  const { id } = await sluice.enqueue("impatient", {})
  await drainOnce({ remainingMs: countdown(1_500) })

  expect(begun).toBe(1)
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled" })
  const [{ waits }] = await database.rows(
    "select extract(epoch from run_at - started_at)::float8 as waits from sluice.jobs, sluice.drainers",
  )
  expect(waits).toBeGreaterThanOrEqual(1)
})

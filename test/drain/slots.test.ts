import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("never more than maxDrainers are at work, however many begin, and the others leave at once", async () => {
  const database = await createDatabase()
  const job = defineJob({ name: "sleep", perform: () => wait(300) })
  const { drainOnce } = drainable(database, [job])
  for (let count = 0; count < 40; count++) await job.enqueue({})

  const summaries = await Promise.all(
    Array.from({ length: 8 }, () => drainOnce({ maxDrainers: 2, concurrency: 5 })),
  )

  const atWork = summaries.filter(({ slot }) => slot !== undefined)
  expect(atWork.map(({ slot }) => slot).sort()).toEqual([1, 2])
  expect(
    summaries
      .filter(({ slot }) => slot === undefined)
      .every(({ claimed, dueWork }) => claimed === 0 && !dueWork),
  ).toBe(true)
  expect(atWork.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(40)
})

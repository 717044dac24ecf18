import { defineJob } from "@sluice/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "any", perform() {} })])

const LARGEST_ERROR = 0.045
/** A wait is measured by the drainer, and in the history it is the time of the settle less that of the execution. */
const DIFFERENCE_MS = 200
/** From a second to 30 days, about as many short ones as long ones. */
const waitMs = fc.double({ min: 3, max: 9.4, noNaN: true }).map((power) => Math.round(10 ** power))

test("what is told of waits is within 4.5 % of what the history has", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(waitMs, { minLength: 1, maxLength: 400 }), async (waits) => {
      await database.rows("truncate sluice.finished, sluice.noted_measures, sluice.measures")
      await sluice.enqueueMany(
        waits.map((ms) => ({ name: "any", options: { runAt: new Date(Date.now() - ms) } })),
      )
      await drainOnce()
      const { total } = await sluice.getThroughput()
      const [exact] = await database.rows(`
        select percentile_disc(array[0.5, 0.95, 0.99]) within group (order by extract(epoch from started_at - run_at) * 1000)::float8[] as waits
        from sluice.finished`)
      const { p50, p95, p99 } = total.waitMs
      for (const [place, told] of [p50, p95, p99].entries()) {
        const waited = exact.waits[place] as number
        expect(Math.abs((told as number) - waited)).toBeLessThanOrEqual(
          waited * LARGEST_ERROR + DIFFERENCE_MS,
        )
      }
    }),
    { numRuns: 15 },
  )
})

test("what takes no time is told as 1 ms", async () => {
  await database.rows("truncate sluice.noted_measures")
  await sluice.enqueueMany(Array.from({ length: 100 }, () => ({ name: "any" })))
  await drainOnce()
  expect((await sluice.getThroughput()).total.runMs.p50).toBe(1)
})

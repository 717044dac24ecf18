import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const PER_MS = 2_000
const GRACE_MS = 200

test("jobs of a rate that a drainer couldn't begin in time are given back, with their starts", async () => {
  const database = await createDatabase()
  const startsAtMs: number[] = []
  const call = defineJob({
    name: "call",
    rate: { limit: 10, per: "2s" },
    perform() {
      startsAtMs.push(performance.now())
      // the process stands still, so that the others come late
      if (startsAtMs.length === 1) while (performance.now() < (startsAtMs[0] as number) + 3 * GRACE_MS);
    },
  })
  const { sluice, drainOnce } = drainable(database, [call])
  await sluice.enqueueMany(Array.from({ length: 10 }, () => ({ name: "call", payload: {} })))

  const { succeeded, released } = await drainOnce({ concurrency: 10 })
  expect(released, "nine came late").toBeGreaterThanOrEqual(9)
  expect(succeeded, "and their starts were taken back").toBe(10)
  expect(await database.rows("select max(attempts) as attempts from sluice.finished")).toEqual([
    { attempts: 1 },
  ])
  expect(await database.rows("select sum(n)::int from sluice.rates, unnest(starts) n")).toEqual([{ sum: 10 }])
  expect((startsAtMs.at(-1) as number) - (startsAtMs[0] as number)).toBeLessThan(PER_MS)
})

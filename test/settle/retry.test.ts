import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const attempts: number[] = []
const flaky = defineJob({
  name: "flaky",
  backoff: { strategy: "exponential", base: "10s", factor: 3, max: "1m", jitter: 0.5 },
  perform(_payload, { attempt, maxAttempts }) {
    expect(maxAttempts).toBe(25)
    attempts.push(attempt)
    if (attempt < 5) throw new RangeError(`attempt ${attempt} failed`)
    return "done"
  },
})
const { sluice, drainOnce } = drainable(database, [flaky])

test("a job that fails is retried after a wait that grows to its ceiling, and each attempt counts", async () => {
  const { id } = await sluice.enqueue(flaky, {})
  const waitsS: number[] = []
  for (let attempt = 1; attempt < 5; attempt++) {
    expect(await drainOnce()).toMatchObject({ claimed: 1, retried: 1, succeeded: 0, dueWork: false })
    expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: attempt, finishedAt: null })
    waitsS.push(await untilDueS(id))
    await database.pool.query("update sluice.jobs set run_at = now()")
  }
  expect(await drainOnce()).toMatchObject({ claimed: 1, retried: 0, succeeded: 1 })

  // ±50 % of 10, 30 and twice 60 seconds, less the little that passed until it was asked
  for (const [place, waitS] of [10, 30, 60, 60].entries()) {
    expect(waitsS[place]).toBeGreaterThan(waitS * 0.5 - 2)
    expect(waitsS[place]).toBeLessThanOrEqual(waitS * 1.5)
  }
  expect(attempts).toEqual([1, 2, 3, 4, 5])
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    attempts: 5,
    result: "done",
    errors: [1, 2, 3, 4].map((attempt) => ({
      attempt,
      outcome: "retried",
      class: "RangeError",
      message: `attempt ${attempt} failed`,
    })),
  })
})

test("a retry is not claimed before it is due", async () => {
  attempts.length = 0
  const { id } = await sluice.enqueue(flaky, {})
  await drainOnce()
  expect(await drainOnce()).toMatchObject({ claimed: 0 })
  await database.pool.query("update sluice.jobs set run_at = now() where id = $1", [id])
  expect(await drainOnce()).toMatchObject({ claimed: 1, retried: 1 })
  expect(attempts).toEqual([1, 2])
})

async function untilDueS(id: string): Promise<number> {
  const [row] = await database.rows(
    "select extract(epoch from run_at - now())::float8 as s from sluice.jobs where id = $1",
    [id],
  )
  return row.s
}

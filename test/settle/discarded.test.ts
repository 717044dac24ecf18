import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

class CardDeclined extends Error {
  override name = "CardDeclined"
}

const database = await createDatabase()
const charge = defineJob({
  name: "charge",
  maxAttempts: 3,
  backoff: { base: "1h" },
  async perform(_payload, { attempt }) {
    await wait(15)
    throw new CardDeclined(`declined ${attempt}`, { cause: new Error("bank says no") })
  },
})
const { sluice, drainOnce } = drainable(database, [charge])

test("a job that has failed maxAttempts times is discarded, and every execution is on record", async () => {
  const { id } = await sluice.enqueue(charge, { amount: 5 }, { uniqueKey: "cart-1" })
  const labels = ["first", "second", "third"]
  const beganAt = Date.now()
  for (const label of labels) {
    await database.pool.query("update sluice.jobs set run_at = now()")
    await drainOnce({ label })
  }

  const job = await sluice.getJob(id)
  expect(job).toMatchObject({ state: "discarded", attempts: 3, result: null, finishedAt: expect.any(Date) })
  expect(job?.errors).toEqual(
    labels.map((label, at) => ({
      attempt: at + 1,
      outcome: at < 2 ? "retried" : "discarded",
      rule: null,
      class: "CardDeclined",
      code: null,
      message: `declined ${at + 1}`,
      stack: expect.stringMatching(
        /CardDeclined: declined \d\n.* at .*discarded\.test\.ts.*Caused by: Error: bank says no/s,
      ),
      durationMs: expect.any(Number),
      at: expect.any(Date),
      drainerId: expect.any(Number),
      drainer: label,
      startedAt: expect.any(Date),
      waitMs: expect.any(Number),
    })),
  )
  for (const error of job?.errors ?? []) {
    expect(error.durationMs).toBeGreaterThanOrEqual(14)
    expect(error.durationMs).toBeLessThan(5_000)
    expect(error.at.getTime()).toBeGreaterThanOrEqual(beganAt)
  }
  expect(await database.rows("select id from sluice.jobs")).toEqual([])
})

test("the call's maxAttempts comes before the definition's", async () => {
  const { id } = await sluice.enqueue(charge, {}, { maxAttempts: 1 })
  expect(await drainOnce()).toMatchObject({ claimed: 1, discarded: 1, retried: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", attempts: 1, maxAttempts: 1 })
})

import { Discard, type Duration, defineJob, RetryAfter, Snooze } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const steered = defineJob({
  name: "steered",
  maxAttempts: 3,
  perform({ how, wait }: { how: string; wait: Duration }) {
    if (how === "discard") throw new Discard("no such user", { cause: new Error("404") })
    if (how === "retry") throw new RetryAfter(wait, "busy")
    throw new Snooze(wait)
  },
})
const { sluice, drainOnce } = drainable(database, [steered])

test("Discard finishes the job without success, whatever attempts remain", async () => {
  const { id } = await sluice.enqueue("steered", { how: "discard" })
  expect(await drainOnce()).toMatchObject({ discarded: 1, retried: 0 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    attempts: 1,
    errors: [
      {
        attempt: 1,
        outcome: "discarded",
        class: "Discard",
        message: "no such user",
        stack: expect.stringContaining("Caused by: Error: 404"),
      },
    ],
  })
})

test.each([
  [45, 45],
  ["2m", 120],
])("RetryAfter(%j) retries after a wait of its own, and the attempt counts", async (wait, seconds) => {
  const { id } = await sluice.enqueue("steered", { how: "retry", wait })
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "scheduled",
    attempts: 1,
    errors: [{ attempt: 1, outcome: "retried", class: "RetryAfter", message: "busy" }],
  })
  await isDueIn(id, seconds)
})

test("RetryAfter discards when it was the last attempt", async () => {
  const { id } = await sluice.enqueue("steered", { how: "retry", wait: 5 }, { maxAttempts: 1 })
  expect(await drainOnce()).toMatchObject({ retried: 0, discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    attempts: 1,
    errors: [{ outcome: "discarded" }],
  })
})

test.each([
  [45, 45],
  ["2m", 120],
])(
  "Snooze(%j) puts the job back for a while and charges no attempt, however often",
  async (wait, seconds) => {
    const { id } = await sluice.enqueue("steered", { how: "snooze", wait }, { maxAttempts: 1 })
    for (let time = 0; time < 3; time++) {
      expect(await drainOnce()).toMatchObject({ claimed: 1, snoozed: 1, retried: 0, discarded: 0 })
      expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })
      await isDueIn(id, seconds)
      await database.pool.query("update sluice.jobs set run_at = now() where id = $1", [id])
    }
    await database.pool.query("delete from sluice.jobs where id = $1", [id])
  },
)

test.each(["soon", -1])(
  "a wait that is no duration (%j) fails the attempt, and the record says why",
  async (wait) => {
    const jobs = ["retry", "snooze"].map((how) => ({
      name: "steered",
      payload: { how, wait },
    }))
    const stored = await sluice.enqueueMany(jobs)
    expect(await drainOnce()).toMatchObject({ claimed: 2, retried: 2 })
    for (const { id } of stored) {
      expect(await sluice.getJob(id)).toMatchObject({
        state: "scheduled",
        attempts: 1,
        errors: [{ class: "InvalidInputError", message: expect.stringMatching(/^(RetryAfter|Snooze) is /) }],
      })
    }
  },
)

async function isDueIn(id: string, seconds: number): Promise<void> {
  const [row] = await database.rows(
    "select extract(epoch from run_at - now())::float8 as s from sluice.jobs where id = $1",
    [id],
  )
  expect(row.s).toBeGreaterThan(seconds - 5)
  expect(row.s).toBeLessThanOrEqual(seconds)
}

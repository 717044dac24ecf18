import { type Duration, defineJob, RetryAfter, Snooze } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
let thrown: unknown
const { sluice, drainOnce } = drainable(database, [
  defineJob({
    name: "told",
    perform() {
      throw thrown
    },
  }),
])

const inMs = (ms: number) => new Date(Date.now() + ms)

test.each<[string, () => Duration | Date, seconds: number]>([
  ["seconds", () => 90, 90],
  ["a duration", () => "5m", 300],
  ["a Date", () => inMs(600_000), 600],
  ["a Date that has passed", () => inMs(-600_000), 1],
  ["nothing", () => 0, 1],
])("RetryAfter and Snooze take %s", async (_what, wait, seconds) => {
  for (const [error, outcome] of [
    [new RetryAfter(wait()), "retried"],
    [new Snooze(wait()), "snoozed"],
  ] as const) {
    thrown = error
    await database.pool.query("delete from sluice.jobs")
    const { id } = await sluice.enqueue("told", {})
    expect(await drainOnce()).toMatchObject({ [outcome]: 1 })
    const waitMs = ((await sluice.getJob(id))?.runAt.getTime() as number) - Date.now()
    expect(waitMs / 1_000).toBeGreaterThan(seconds - 10)
    expect(waitMs / 1_000).toBeLessThan(seconds + 1)
  }
})

test.each([
  ["a Date that is none", new Date(Number.NaN)],
  ["a duration that is none", "5 minutes" as never],
])("a RetryAfter with %s is an ordinary failure, which says what is wrong", async (_what, wait) => {
  thrown = new RetryAfter(wait)
  await database.pool.query("delete from sluice.jobs")
  const { id } = await sluice.enqueue("told", {})
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    errors: [{ class: "InvalidInputError", message: expect.stringMatching(/RetryAfter is .*give a number/) }],
  })
})

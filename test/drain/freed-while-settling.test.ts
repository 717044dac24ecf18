import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { traced } from "./traced.ts"

const database = await createDatabase()

test("a drain continues with the job that is freed by outcomes under way, even if its last look has found nothing", async () => {
  const noop = defineJob({ name: "noop", perform() {} })
  const { sluice, drainOnce } = drainable(database, [noop])
  const keyed = { name: "noop", options: { concurrencyKey: "one" } }
  await sluice.enqueueMany([...Array.from({ length: 999 }, () => ({ name: "noop" })), keyed, keyed])

  // each claim brings 500 jobs; the second is answered late, so that the third, sent ahead, looks from the start
  const connect = traced(database, async ({ what, when, number }) => {
    if (what === "claim" && when === "answered" && number === 2)
      await new Promise((resolve) => setTimeout(resolve, 1_100))
  })
  expect(await drainOnce({ connect, concurrency: 500 })).toMatchObject({ succeeded: 1_001, dueWork: false })
})

import { setImmediate as turn } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { traced } from "./traced.ts"

const database = await createDatabase()

test("a drain continues with what its jobs have enqueued since the claim that was sent ahead has found nothing", async () => {
  const stored = Promise.withResolvers<void>()
  const job = defineJob({
    name: "job",
    async perform({ n }: { n: number }) {
      if (n === 999) await sluice.enqueue("job", { n: 1_000 }).then(() => stored.resolve())
      else if (n >= 500) await stored.promise // so that they all end at once
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(Array.from({ length: 1_000 }, (_, n) => ({ name: "job", payload: { n } })))

  // each claim brings 500 jobs; the second is answered late, so that the third, sent ahead, looks from the start
  const connect = traced(database, async ({ what, when, number }) => {
    if (what !== "claim" || when !== "answered") return
    if (number === 2) await new Promise((resolve) => setTimeout(resolve, 1_100))
    if (number === 3) await areSettled(1_000)
  })
  expect(await drainOnce({ connect, concurrency: 500 })).toMatchObject({ succeeded: 1_001, dueWork: false })
})

/** The drain has the answer of the settle, too. */
async function areSettled(count: number): Promise<void> {
  await eventually(async () => {
    expect(await database.rows("select from sluice.finished")).toHaveLength(count)
  })
  for (let turns = 0; turns < 20; turns++) await turn()
}

import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("innocent suspects of groups of one soon run together, and not one at a time", async () => {
  const database = await createDatabase()
  let running = 0
  const together: number[] = []
  const job = defineJob({
    name: "innocent",
    async perform() {
      together.push(++running)
      await wait(20)
      running--
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(Array.from({ length: 63 }, () => ({ name: "innocent" })))
  await database.pool.query("update sluice.jobs set state = 'suspect', suspect_group = 1, died_with = 3")

  expect(await drainOnce({ concurrency: 100 })).toMatchObject({ succeeded: 63 })
  expect(together[0]).toBe(1)
  expect(
    together.filter((place) => place === 1),
    "groups",
  ).toHaveLength(6) // of 1, 2, 4, 8, 16 and 32
})

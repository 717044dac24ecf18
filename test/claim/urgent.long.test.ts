import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("an urgent job that comes while a backlog is drained overtakes it within about a second", async () => {
  const database = await createDatabase()
  const order: string[] = []
  const job = defineJob({
    name: "note",
    async perform({ label }: { label: string }) {
      order.push(label)
      if (order.length === 20) await sluice.enqueue("note", { label: "urgent" }, { priority: -1 })
      await wait(20)
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(
    Array.from({ length: 400 }, () => ({ name: "note", payload: { label: "backlog" } })),
  )

  await drainOnce({ concurrency: 4 })

  expect(order).toHaveLength(401)
  // 4 at once of 20 ms are 200 in a second: without a look from the start it would come last
  expect(order.indexOf("urgent")).toBeLessThan(360)
})

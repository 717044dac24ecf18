import { setTimeout as wait } from "node:timers/promises"
import { expect, test } from "vitest"
import { defineJob } from "../../packages/core/src/index.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("when long jobs follow short ones, what one drainer has claimed ahead is shared with the others", async () => {
  const database = await createDatabase()
  const performedBy: number[] = []
  const drainers = [0, 1, 2, 3].map((drainer) =>
    drainable(database, [
      defineJob({ name: "short", perform() {} }),
      defineJob({
        name: "long",
        async perform() {
          performedBy.push(drainer)
          await wait(100)
        },
      }),
    ]),
  )
  const [{ sluice, drainOnce }] = drainers as [(typeof drainers)[number]]
  await sluice.enqueueMany(Array.from({ length: 3_000 }, () => ({ name: "short" })))
  await sluice.enqueueMany(Array.from({ length: 200 }, () => ({ name: "long" })))

  // the first is far ahead before the others begin
  const first = drainOnce({ concurrency: 4, linger: "100ms" })
  await expect.poll(() => performedBy.length, { timeout: 30_000, interval: 1 }).toBeGreaterThan(0)
  const others = drainers.slice(1).map((other) => other.drainOnce({ concurrency: 4, linger: "2s" }))
  const summaries = await Promise.all([first, ...others])

  expect(performedBy).toHaveLength(200)
  expect(summaries.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(3_200)
  expect(summaries.reduce((sum, { claimed, released }) => sum + claimed - released, 0)).toBe(3_200)
  const share = performedBy.filter((drainer) => drainer === 0).length
  expect(share, "of 200 long jobs, done by the drainer that had claimed all of them").toBeLessThan(100)
  expect(await database.rows("select from sluice.claims")).toEqual([])
  expect(await database.rows("select from sluice.executions")).toEqual([])
})

test("an urgent job is begun before what was claimed ahead of it", async () => {
  const database = await createDatabase()
  const order: string[] = []
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "short", perform() {} }),
    defineJob({
      name: "long",
      async perform() {
        order.push("long")
        if (order.length === 1) await sluice.enqueue("urgent", {}, { priority: -100 })
        await wait(50)
      },
    }),
    defineJob({ name: "urgent", perform: () => void order.push("urgent") }),
  ])
  await sluice.enqueueMany(Array.from({ length: 1_000 }, () => ({ name: "short" })))
  await sluice.enqueueMany(Array.from({ length: 200 }, () => ({ name: "long" })))
  await drainOnce({ concurrency: 2 })

  expect(order).toHaveLength(201)
  // two at once of 50 ms are 40 a second, and once a second it looks from the start; all of them were claimed before it
  expect(order.indexOf("urgent")).toBeLessThan(100)
})

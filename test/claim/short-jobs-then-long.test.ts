import { setTimeout as wait } from "node:timers/promises"
import { expect, test } from "vitest"
import { defineJob } from "../../packages/core/src/index.ts"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

test("when long jobs follow short ones, those that a drainer has claimed ahead are left to others", async () => {
  const database = await createDatabase()
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "short", perform() {} }),
    defineJob({ name: "long", perform: () => released }),
  ])
  await sluice.enqueueMany(Array.from({ length: 1_500 }, () => ({ name: "short" })))
  await sluice.enqueueMany(Array.from({ length: 400 }, () => ({ name: "long" })))
  const drained = drainOnce({ concurrency: 20 })
  await eventually(async () =>
    expect(await database.rows("select count(*)::int from sluice.finished")).toEqual([{ count: 1_500 }]),
  )

  const other = await openSession(database)
  let left = 0
  await eventually(async () => {
    left += (await other.claim("long")).length
    expect(left, "of 400 long jobs, all but those that run").toBe(380)
  })
  await other.end()
  release()
  const summary = await drained
  expect(summary).toMatchObject({ succeeded: 1_900, lost: 0 })
  expect(summary.claimed - summary.released).toBe(1_900)
  // the other one's end was a death; nothing that was given back is laid to this drainer
  expect(await database.rows("select distinct drainer_id from sluice.executions")).toEqual([
    { drainer_id: other.drainerId },
  ])
})

test("an urgent job is begun before what was claimed ahead of it", async () => {
  const database = await createDatabase()
  const order: string[] = []
  const stop = new AbortController()
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "short", perform() {} }),
    defineJob({
      name: "long",
      async perform() {
        order.push("long")
        if (order.length === 1) await sluice.enqueue("urgent", {}, { priority: -100 })
        await wait(300)
      },
    }),
    defineJob({
      name: "urgent",
      perform() {
        order.push("urgent")
        stop.abort()
      },
    }),
  ])
  await sluice.enqueueMany(Array.from({ length: 1_500 }, () => ({ name: "short" })))
  await sluice.enqueueMany(Array.from({ length: 400 }, () => ({ name: "long" })))
  await drainOnce({ concurrency: 20, signal: stop.signal, grace: "1s" })

  // 20 at once of 300 ms are 67 a second, and once a second it looks from the start; hundreds were claimed before it
  expect(order.indexOf("urgent")).toBeGreaterThan(0)
  expect(order.indexOf("urgent")).toBeLessThan(200)
})

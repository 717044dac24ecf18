import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

test("a session that holds the lock of the look from the start doesn't keep a new drainer from what is urgent", async () => {
  const order: string[] = []
  const work = defineJob({
    name: "work",
    async perform({ kind }: { kind: string }) {
      order.push(kind)
      await wait(60)
    },
  })
  const { sluice, drainOnce } = drainable(database, [work])
  await sluice.enqueueMany(Array.from({ length: 130 }, () => ({ name: "work", payload: { kind: "usual" } })))
  const holder = await database.connect()
  await holder.query(
    "select pg_advisory_lock(sluice.lock_space('look'), pg_catalog.hashtext(array['work']::text))",
  )

  const draining = drainOnce({ concurrency: 1 })
  await eventually(() => expect(order.length).toBeGreaterThan(3))
  await sluice.enqueue("work", { kind: "urgent" }, { priority: -1 })
  expect(await draining).toMatchObject({ succeeded: 131 })
  expect(order.indexOf("urgent")).toBeLessThan(120)
  await holder.end()
})

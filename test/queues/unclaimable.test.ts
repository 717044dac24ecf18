import { createSluice, defineJob, Snooze } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const options = { concurrencyKey: "one" }

test("a job whose name nobody knows blocks none behind its concurrency key", async () => {
  const database = await createDatabase()
  const { drainOnce } = drainable(database, [defineJob({ name: "known", perform() {} })])
  await createSluice({ database: database.pool }).enqueueMany(
    ["gone", "known", "known", "gone", "known"].map((name) => ({ name, options })),
  )

  expect(await drainOnce()).toMatchObject({ succeeded: 3 })
})

test("nor does one that a settle has woken", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "known", perform() {} })])
  await sluice.enqueue("known", {}, options)
  const { enqueueMany } = createSluice({ database: database.pool })
  await enqueueMany(["gone", "known", "gone", "known"].map((name) => ({ name, options })))
  await database.pool.query("update sluice.jobs set state = 'blocked' where name = 'gone'")

  expect(await drainOnce()).toMatchObject({ succeeded: 3 })
})

test("nor one that is snoozed, retried, or deleted by hand", async () => {
  const database = await createDatabase()
  const later = defineJob({
    name: "later",
    perform() {
      throw new Snooze("1h")
    },
  })
  const fails = defineJob({
    name: "fails",
    backoff: { base: "1h" },
    perform() {
      throw new Error("not today")
    },
  })
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "known", perform() {} }),
    later,
    fails,
  ])
  const [first] = await sluice.enqueueMany(
    ["known", "later", "fails", "known", "known"].map((name) => ({ name, options })),
  )
  await database.pool.query("delete from sluice.jobs where id = $1", [first?.id])

  expect(await drainOnce()).toMatchObject({ snoozed: 1, retried: 1, succeeded: 2 })
})

test("nor one whose own timeout may be too long for the drains at work", async () => {
  const database = await createDatabase()
  const { sluice } = drainable(database, [defineJob({ name: "known", perform() {} })])
  const [, short] = await sluice.enqueueMany([
    { name: "known", options: { ...options, timeout: "1h" } },
    { name: "known", options },
  ])
  expect(short?.state).toBe("blocked")

  await database.pool.query("select sluice.tick('{known}')")
  expect(await sluice.getJob(short?.id as string)).toMatchObject({ state: "ready" })
})

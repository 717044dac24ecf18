import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { daysAfter, finish, maintain, placesOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "any", perform() {} }),
  defineJob({ name: "fails", maxAttempts: 1, perform: () => Promise.reject(new Error("no")) }),
  defineJob({ name: "steps", perform: async (_payload, context) => context.step("one", () => 1) }),
])

test("where all tables are published, jobs run and maintenance moves and deletes rows", async () => {
  await database.pool.query("create publication everything for all tables")
  await sluice.enqueueMany([
    { name: "any", options: { concurrencyKey: "k", idempotencyKey: "i" } },
    { name: "any", options: { concurrencyKey: "k" } },
    { name: "fails" },
    { name: "steps" },
  ])
  await sluice.pauseQueue("default")
  await sluice.resumeQueue("default")
  expect(await drainOnce()).toMatchObject({ succeeded: 3, discarded: 1 })

  const [moved, expired] = [daysAfter(first, 20), daysAfter(first, -60)]
  await finish(database, 101, moved)
  await finish(database, 102, expired)
  await maintain(database, moved, "60 days")
  expect(
    await database.rows("select step, error from sluice.maintenance_steps where error is not null"),
  ).toEqual([])
  expect((await placesOf(database, "finished")).filter(([id]) => id > 100)).toEqual([
    [101, expect.stringMatching(/finished_\d{8}/)],
  ])
})

test("every table can have its rows deleted under a publication", async () => {
  const without = await database.rows(
    `select relname from pg_class c where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relreplident = 'd'
     and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
  )
  expect(without).toEqual([])
})

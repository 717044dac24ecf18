import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

test("a claim that fails half-way leaves no lock behind", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "job", perform() {} })])
  await sluice.enqueueMany(Array.from({ length: 20 }, () => ({ name: "job" })))
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("lock table sluice.claims in share mode")
  const lockedJobs = () =>
    database.rows(
      `select from pg_locks join pg_database d on d.oid = database
       where datname = current_database() and locktype = 'advisory' and objsubid = 1`,
    )

  const drained = drainOnce({ remainingMs: () => 8_000 })
  await eventually(async () => expect((await lockedJobs()).length, "while it tries").toBeGreaterThan(0))
  await eventually(async () => expect(await lockedJobs(), "before it tries again").toEqual([]))
  await holder.query("rollback")
  await holder.end()
  expect(await drained).toMatchObject({ succeeded: 20 })
})

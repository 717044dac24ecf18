import { defineJob, SchemaError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("a drain whose outcomes can't be written ends with the error, though it didn't wait for them", async () => {
  const rename = "alter function sluice.settle_succeeded rename to settle_succeeded_as_it_was"
  const breaks = defineJob({ name: "breaks", perform: async () => void (await database.pool.query(rename)) })
  const noop = defineJob({ name: "noop", perform() {} })
  const { sluice, drainOnce } = drainable(database, [breaks, noop])
  const names = Array.from({ length: 2_000 }, (_, n) => (n === 800 ? "breaks" : "noop"))
  await sluice.enqueueMany(names.map((name) => ({ name })))

  await expect(drainOnce({ concurrency: 500 })).rejects.toBeInstanceOf(SchemaError)
  const locks = `select from pg_locks where locktype = 'advisory' and database =
    (select oid from pg_database where datname = current_database())`
  expect(await database.rows(locks)).toEqual([])
})

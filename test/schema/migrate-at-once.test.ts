import { createSluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase("template0")

test("of eight migrates at once all succeed, and one applies", async () => {
  const results = await Promise.all(Array.from({ length: 8 }, () => migrate(database.url)))
  const applied = results.flatMap(({ applied }) => applied).toSorted()
  expect(applied).toEqual([...new Set(applied)])
  expect(applied).toContain("0001_tables")
  expect(applied).toContain("functions")
  expect(await createSluice({ database: database.pool }).enqueue("any", {})).toMatchObject({
    status: "enqueued",
  })
})

test("so do eight for two schemas, over pools", async () => {
  const pools = Array.from({ length: 8 }, () => new pg.Pool({ connectionString: database.url, max: 1 }))
  const results = await Promise.all(pools.map((pool, n) => migrate(pool, { schema: n % 2 ? "odd" : "even" })))
  expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(2)
  await Promise.all(pools.map((pool) => pool.end()))
})

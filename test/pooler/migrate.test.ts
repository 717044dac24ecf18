import { migrate } from "@sluice/core/migrate"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer.ts"

describe.skipIf(!hasPgBouncer())("behind PgBouncer (skipped where it is not installed)", () => {
  let database: TestDatabase
  let pooler: Awaited<ReturnType<typeof startPgBouncer>>

  beforeAll(async () => {
    database = await createDatabase("template0")
    pooler = await startPgBouncer(database.url, "transaction")
  })
  afterAll(() => pooler?.stop())

  test("of four migrates at once through a transaction pooler one applies, and the others find nothing to do", async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(pooler.url)))
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1)
    expect(await migrate(pooler.url)).toEqual({ applied: [] })
    expect(await migrate(database.url)).toEqual({ applied: [] })
  })
})

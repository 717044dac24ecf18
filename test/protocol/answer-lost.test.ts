import { createSluice, DatabaseUnavailableError, type Queryable } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test("an enqueue whose answer is lost with its connection is not sent again: it may have been committed", async () => {
  const database = await createDatabase()
  const losing: Queryable = {
    async query(text, values) {
      await database.pool.query(text, values as unknown[])
      throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })
    },
  }
  await expect(createSluice({ database: losing }).enqueue("any", {})).rejects.toBeInstanceOf(
    DatabaseUnavailableError,
  )
  expect(await database.rows("select count(*)::int from sluice.jobs")).toEqual([{ count: 1 }])
})

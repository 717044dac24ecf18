import { readdir } from "node:fs/promises"
import { expect, test } from "vitest"
import { SCHEMA_VERSION } from "../../packages/core/src/index.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

test("the code, the database and the folder of migrations agree on the version", async () => {
  const files = (await readdir(new URL("../../migrations", import.meta.url))).toSorted()
  expect(files.map((file) => file.slice(0, 5))).toEqual(
    files.map((_file, place) => `${String(place + 1).padStart(4, "0")}_`),
  )
  expect(SCHEMA_VERSION).toBe(files.length)
  expect(await database.rows("select sluice.schema_version() as version")).toEqual([
    { version: SCHEMA_VERSION },
  ])
  expect(await database.rows("select name || '.sql' as file from sluice.migrations order by id")).toEqual(
    files.map((file) => ({ file })),
  )
})

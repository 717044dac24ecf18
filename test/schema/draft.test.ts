import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test.each([
  ["ten numbered files", "insert into sluice.migrations (name, run_on) values ('0002_shared', now())"],
  ["no table settings", "drop table sluice.settings"],
])("a schema from before the first release, with %s, is refused and left unchanged", async (_what, draft) => {
  const database = await createDatabase()
  await database.pool.query(draft)
  await database.pool.query("drop function sluice.functions_digest")
  await expect(migrate(database.url)).rejects.toMatchObject({
    code: "schema_outdated",
    message: expect.stringContaining('drop it with "drop schema sluice cascade", or choose another'),
  })
  expect(await database.rows("select to_regproc('sluice.functions_digest')::text as replaced")).toEqual([
    { replaced: null },
  ])
})

import { expect, test } from "vitest"
import { createSluice } from "../../packages/core/src/index.ts"
import { migrate } from "../../packages/core/src/migrate.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase("template0")

test.each(
  [
    [
      "",
      "Sluice",
      "my-jobs",
      "my jobs",
      "1jobs",
      "jobs;drop schema public",
      'jobs"',
      "größe",
      "j".repeat(41),
    ],
  ].flat(),
)(
  "the schema name %j is refused, by createSluice and by migrate, before anything is made",
  async (schema) => {
    const refusal = { name: "InvalidInputError", code: "invalid_schema", path: ["schema"] }
    expect(() => createSluice({ database: database.pool, schema })).toThrow(expect.objectContaining(refusal))
    await expect(migrate(database.url, { schema })).rejects.toMatchObject(refusal)
    const made = await database.rows(
      "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|public$)'",
    )
    expect(made).toEqual([])
  },
)

test.each(["jobs_b", "_jobs", "j", "j".repeat(40)])("the schema name %j will do", (schema) => {
  expect(createSluice({ database: database.pool, schema }).schema).toBe(schema)
})

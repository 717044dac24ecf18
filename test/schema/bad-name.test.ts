import { createSluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
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
      "user",
      "order",
      "default",
      "pg_jobs",
      "information_schema",
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

test("each word that the server reserves is refused, and no other of its words", async () => {
  const words = await database.rows(
    "select word, catcode in ('R', 'T') as reserved from pg_get_keywords() order by word",
  )
  const refused = words.filter(({ word }) => {
    try {
      createSluice({ database: database.pool, schema: word })
      return false
    } catch {
      return true
    }
  })
  expect(refused).toEqual(words.filter(({ reserved }) => reserved))
})

test.each(["jobs_b", "_jobs", "j", "j".repeat(40)])("the schema name %j will do", (schema) => {
  expect(createSluice({ database: database.pool, schema }).schema).toBe(schema)
})

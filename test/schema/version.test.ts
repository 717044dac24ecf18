import { readdir, readFile } from "node:fs/promises"
import { basename } from "node:path"
import { SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const MIGRATIONS = new URL("../../migrations/", import.meta.url)
const functionFiles = (await readdir(new URL("functions", MIGRATIONS), { recursive: true })).filter((file) =>
  file.endsWith(".sql"),
)

test("the code and the database agree on the version", async () => {
  expect(await database.rows("select sluice.schema_version() as version")).toEqual([
    { version: SCHEMA_VERSION },
  ])
})

test("the numbered files count from 0001, and the database has them all", async () => {
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith(".sql")).toSorted()
  expect(files.map((file) => file.slice(0, 5))).toEqual(
    files.map((_file, place) => `${String(place + 1).padStart(4, "0")}_`),
  )
  expect(await database.rows("select name || '.sql' as file from sluice.migrations order by id")).toEqual(
    files.map((file) => ({ file })),
  )
})

test("each SQL function is the one that its file creates, and there are no others", async () => {
  const rows = await database.rows(
    "select proname as name, count(*)::int as overloads from pg_proc where pronamespace = 'sluice'::regnamespace group by 1 order by 1",
  )
  const named = functionFiles.map((file) => basename(file, ".sql"))
  const made = ["assert_whole", "features_of", "functions_digest", "job_lock", "lock_space"]
  expect(rows).toEqual([...named, ...made].toSorted().map((name) => ({ name, overloads: 1 })))
  for (const file of functionFiles) {
    const text = await readFile(new URL(`functions/${file}`, MIGRATIONS), "utf8")
    expect(text.match(/create or replace function (\w+)/g), file).toEqual([
      `create or replace function ${basename(file, ".sql")}`,
    ])
    const [{ body }] = await database.rows(
      "select prosrc as body from pg_proc where pronamespace = 'sluice'::regnamespace and proname = $1",
      [basename(file, ".sql")],
    )
    expect(text, file).toContain(body)
  }
})

test("each view is created by the file of its name, and there are no others", async () => {
  const files = (await readdir(new URL("views", MIGRATIONS))).toSorted()
  expect(
    await database.rows(
      "select viewname || '.sql' as file from pg_views where schemaname = 'sluice' order by viewname",
    ),
  ).toEqual(files.map((file) => ({ file })))
  for (const file of files) {
    const text = await readFile(new URL(`views/${file}`, MIGRATIONS), "utf8")
    expect(text.match(/create or replace view (\w+)/g)).toEqual([
      `create or replace view ${basename(file, ".sql")}`,
    ])
  }
})

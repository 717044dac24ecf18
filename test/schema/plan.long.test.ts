import { cp, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { SCHEMA_VERSION } from "@sluice/core"
import { migrate, planMigration } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { temporaryFolder } from "../support/start.ts"

test("the plan for an empty database is SQL that does what migrate does", async () => {
  const { url, pool } = await createDatabase("template0")
  const plan = await planMigration(url, { schema: "queue" })
  expect(plan).toMatchObject({
    state: "behind",
    version: null,
    codeVersion: SCHEMA_VERSION,
    applied: [],
    pending: ["0001_tables", "functions"],
  })
  expect(await pool.query("select from pg_namespace where nspname = 'queue'")).toMatchObject({ rowCount: 0 })
  await pool.query(plan.sql)
  expect(await planMigration(url, { schema: "queue" })).toEqual({
    state: "current",
    version: SCHEMA_VERSION,
    codeVersion: SCHEMA_VERSION,
    applied: ["0001_tables"],
    pending: [],
    sql: "",
  })
  expect(await migrate(url, { schema: "queue" })).toEqual({ applied: [] })
})

test("so does the plan for a schema of an earlier version, whose views stand in the way of its tables", async () => {
  const { url, pool, rows } = await createDatabase()
  const directory = await copyOfMigrations()
  const view = join(directory, "views/job_failures.sql")
  await writeFile(view, (await readFile(view, "utf8")).replace("e.error_stack,", "e.error_stack::text,"))
  await writeFile(
    join(directory, "0002_it's_shorter.sql"),
    "alter table failures alter column error_stack type varchar(100);",
  )
  const plan = await planMigration(url, { directory })
  expect(plan).toMatchObject({ applied: ["0001_tables"], pending: ["0002_it's_shorter", "functions"] })
  await pool.query(plan.sql)
  expect(await migrate(url, { directory })).toEqual({ applied: [] })
  expect(await rows("select name from sluice.migrations order by id")).toEqual([
    { name: "0001_tables" },
    { name: "0002_it's_shorter" },
  ])
})

test("reading the plan waits for no migration that is under way", async () => {
  const { url, connect } = await createDatabase()
  const other = await connect()
  await other.query("begin")
  await other.query("select pg_advisory_xact_lock(7241865325823964)")
  expect(await planMigration(url)).toMatchObject({ state: "current" })
  await other.end()
})

test("a schema that newer code has migrated is left by the plan, too", async () => {
  const { url } = await createDatabase("template0")
  const directory = await copyOfMigrations()
  await writeFile(join(directory, "9999_added.sql"), "create table added (id integer primary key);")
  await writeFile(
    join(directory, "functions/added.sql"),
    "create function added() returns int language sql return 1;",
  )
  await migrate(url, { directory })
  expect(await planMigration(url)).toMatchObject({ state: "newer", pending: [], sql: "" })
})

async function copyOfMigrations(): Promise<string> {
  const directory = await temporaryFolder()
  await cp(new URL("../../migrations", import.meta.url), directory, { recursive: true })
  return directory
}

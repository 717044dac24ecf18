import { cp, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { defineJob, SCHEMA_VERSION } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { temporaryFolder } from "../support/start.ts"

test("code that is older than the schema leaves its functions, and still registers its jobs", async () => {
  const { url, rows } = await createDatabase("template0")
  await migrate(url, { directory: await nextVersion() })
  const lines: string[] = []
  const jobs = [defineJob({ name: "welcome", queue: "mail", async perform() {} })]
  expect(await migrate(url, { jobs, log: (line) => lines.push(line) })).toEqual({ applied: [] })
  expect(lines.join()).toContain("newer than this code")
  expect(await rows("select sluice.schema_version() as version")).toEqual([{ version: SCHEMA_VERSION + 1 }])
  expect(await rows("select name, queue from sluice.definitions")).toEqual([
    { name: "welcome", queue: "mail" },
  ])
})

test("code that lacks a migration of the schema leaves its functions", async () => {
  const { url } = await createDatabase("template0")
  await migrate(url)
  await migrate(url, { directory: await withOneMoreMigration() })
  expect(await migrate(url)).toEqual({ applied: [] })
})

async function nextVersion(): Promise<string> {
  const directory = await copyOfMigrations()
  const file = join(directory, "functions/protocol/schema_version.sql")
  const text = await readFile(file, "utf8")
  await writeFile(file, text.replace(`return ${SCHEMA_VERSION}`, `return ${SCHEMA_VERSION + 1}`))
  return directory
}

async function withOneMoreMigration(): Promise<string> {
  const directory = await copyOfMigrations()
  await writeFile(join(directory, "9999_added.sql"), "create table added (id integer);")
  const text = "create or replace function added() returns integer language sql return 1;"
  await writeFile(join(directory, "functions/added.sql"), text)
  return directory
}

async function copyOfMigrations(): Promise<string> {
  const directory = await temporaryFolder()
  await cp(fileURLToPath(new URL("../../migrations", import.meta.url)), directory, { recursive: true })
  return directory
}

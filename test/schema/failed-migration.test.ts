import { cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { migrate } from "@sluice/core/migrate"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase("template0")

test("migrations are applied all or none: one that fails leaves nothing behind, and mended it goes on", async () => {
  const directory = await mkdtemp(join(tmpdir(), "migrations-"))
  onTestFinished(() => rm(directory, { recursive: true }))
  await cp(fileURLToPath(new URL("../../migrations", import.meta.url)), directory, { recursive: true })
  const added = join(directory, "9999_added.sql")

  await writeFile(added, "create table added (id integer); select 1/0;")
  await expect(migrate(database.url, { directory })).rejects.toThrow(/division by zero/)
  expect(await database.rows("select relname from pg_class where relname in ('jobs', 'added')")).toEqual([])

  await writeFile(added, "create table added (id integer);")
  const { applied } = await migrate(database.url, { directory })
  expect(applied).toContain("9999_added")
  expect(await database.rows("select * from sluice.added")).toEqual([])
})

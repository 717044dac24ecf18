import { cp, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { migrate } from "@sluice/core/migrate"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { temporaryFolder } from "../support/start.ts"

const database = await createDatabase()
let directory: string

beforeEach(async () => {
  directory = await temporaryFolder()
  await cp(new URL("../../migrations", import.meta.url), directory, { recursive: true })
})

test("a view whose text has changed is replaced", async () => {
  await change("views/job_failures.sql", "e.waited_ms\n", "e.waited_ms,\n         e.drainer_id\n")
  expect(await migrate(database.url, { directory })).toEqual({ applied: ["functions"] })
  expect(await database.rows("select drainer_id from sluice.job_failures")).toEqual([])
})

test("a migration changes a column that a view reads: grants stay, and so does what the app built on the view", async () => {
  await database.rows("create view public.of_the_app as select job_id, error_stack from sluice.job_failures")
  await database.rows("grant select on sluice.job_failures to public")
  await change("views/job_failures.sql", "e.waited_ms\n", "e.waited_ms,\n         e.drainer_id\n")
  await change("views/job_failures.sql", "e.error_stack,", "e.error_stack::text,")
  await writeFile(
    join(directory, "0002_shorter_stacks.sql"),
    "alter table failures alter column error_stack type varchar(100);",
  )
  expect(await migrate(database.url, { directory })).toEqual({
    applied: ["0002_shorter_stacks", "functions"],
  })

  await database.rows(
    "insert into sluice.failures (job_id, attempt, outcome, error_class, error_message, error_stack) values (7, 1, 'retried', 'E', 'm', 's')",
  )
  expect(await database.rows("select * from of_the_app")).toEqual([{ job_id: "7", error_stack: "s" }])
  expect(
    await database.rows("select has_table_privilege('public', 'sluice.job_failures', 'select') as granted"),
  ).toEqual([{ granted: true }])
})

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(directory, file), "utf8")
  expect(text).toContain(from)
  await writeFile(join(directory, file), text.replace(from, to))
}

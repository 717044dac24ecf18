import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const MIGRATIONS = join(import.meta.dirname, "../../migrations")
const PLAIN_LITERAL_WITH_BACKSLASH = /(?<![\w'])'(?:[^'\n]|'')*\\(?:[^'\n]|'')*'/i

test("an enqueue in SQL means the same where backslashes are escapes in all literals", async () => {
  const database = await createDatabase({ settings: { standard_conforming_strings: "off" } })
  const options = { runAt: "2031-01-02T03:04:05.678901Z", metadata: { blanks: ": , ".repeat(3_000) } }
  const [{ id }] = await database.rows("select sluice.enqueue('job', '{}', $1) as id", [options])
  expect(await database.rows("select run_at from sluice.jobs where id = $1", [id])).toEqual([
    { run_at: new Date("2031-01-02T03:04:05.678Z") },
  ])
})

test("no literal of the migrations depends on standard_conforming_strings", async () => {
  const files = (await readdir(MIGRATIONS, { recursive: true })).filter((name) => name.endsWith(".sql"))
  expect(files.length).toBeGreaterThan(100)
  for (const file of files) {
    const code = (await readFile(join(MIGRATIONS, file), "utf8")).replace(/--.*/g, "")
    expect(code, file).not.toMatch(PLAIN_LITERAL_WITH_BACKSLASH)
  }
})

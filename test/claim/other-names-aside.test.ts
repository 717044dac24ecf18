import { SCHEMA_VERSION } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// Postgres before 17 reads all that is aside for a list of names, if its statistics say that hardly anything is.

const ASIDE = 20_000

test.each([
  ["unknown", "sluice.is_work_due('{job}')"],
  ["unkeyed", "sluice.is_work_due('{job}')"],
  ["unkeyed", "sluice.claim($1, $2, 20, '{job}', null, '{}', '{}')"],
])("what is %s under other names is not read by %s", async (state, call) => {
  const database = await createDatabase()
  const session = await database.connect()
  onTestFinished(() => session.end())
  const opening = "select * from sluice.open_drainer($1, 10, 'test', 60000)"
  const [drainer] = (await session.query(opening, [SCHEMA_VERSION])).rows
  await setAside(1)
  await database.pool.query("analyze sluice.jobs")
  await setAside(ASIDE)

  const values = call.includes("$1") ? [drainer.id, drainer.backend_pid] : []
  await session.query(`select * from ${call}`, values) // the next call finds the catalog in memory
  const explain = `explain (analyze, buffers, format json) select * from ${call}`
  const { rows } = await session.query(explain, values)
  expect(rows[0]["QUERY PLAN"][0].Plan["Shared Hit Blocks"]).toBeLessThan(ASIDE / 100)

  async function setAside(count: number): Promise<void> {
    await database.pool.query(
      `insert into sluice.jobs (name, state, concurrency_limit) select 'other', $1, 1 from generate_series(1, $2::int)`,
      [state, count],
    )
  }
})

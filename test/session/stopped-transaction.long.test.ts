import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"

test("a process that is stopped in a transactional job lets go of the rows that it has locked", async () => {
  const database = await createDatabase()
  await database.pool.query("create table counter as select 0 as value")
  const sluice = createSluice({ database: database.pool })
  const { id } = await sluice.enqueue("count", { ms: 30_000 })
  const stopped = spawnDrainer({ url: database.url, sessionTimeout: "2s" })
  stopped.report.catch(() => {})
  await eventually(async () =>
    expect(
      await database.rows(
        `select from pg_stat_activity
         where datname = current_database() and query like 'update counter%' and state like 'idle in%'`,
      ),
    ).toHaveLength(1),
  )
  stopped.process.kill("SIGSTOP")
  await eventually(async () => {
    await database.pool.query(
      "set lock_timeout to '100ms'; update counter set value = value + 1; reset lock_timeout",
    )
    expect(await sluice.getJob(id)).toMatchObject({ state: "ready", attempts: 0 })
  })
  await stopped.kill()
  expect(await database.rows("select value from counter")).not.toEqual([{ value: 0 }])
})

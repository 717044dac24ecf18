import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"

const JOBS = 30

test("a transactional job's effects happen exactly once, however often its drainer is killed", async () => {
  const database = await createDatabase()
  await database.pool.query("create table counter (value integer); insert into counter values (0)")
  const sluice = createSluice({ database: database.pool })
  await sluice.enqueueMany(Array.from({ length: JOBS }, () => ({ name: "count", payload: { ms: 20 } })))

  for (let kills = 0; kills < 4; kills++) {
    const before = await counted()
    const drainer = spawnDrainer({ url: database.url, concurrency: 3 })
    await eventually(async () => expect(await counted()).toBeGreaterThan(before))
    await drainer.kill()
  }
  await eventually(async () => {
    await spawnDrainer({ url: database.url, concurrency: 3 }).report
    expect(await database.rows("select from sluice.jobs")).toEqual([])
  })

  expect(await counted()).toBe(JOBS)
  expect(
    await database.rows(
      "select count(*)::int, count(distinct id)::int as ids from sluice.finished where state = 'succeeded'",
    ),
  ).toEqual([{ count: JOBS, ids: JOBS }])

  async function counted(): Promise<number> {
    return (await database.rows("select value from counter"))[0].value
  }
})

import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { countMarks, createMarks } from "../support/marks.ts"

test("a crash frees the places that its jobs held under their concurrency keys", async () => {
  const database = await createDatabase()
  await createMarks(database)
  const sluice = createSluice({ database: database.pool })
  const jobs = Array.from({ length: 12 }, (_, index) => ({
    name: "mark",
    payload: { ms: index < 2 ? 5_000 : 1 },
    options: { concurrencyKey: "one", concurrencyLimit: 2 },
  }))
  await sluice.enqueueMany(jobs)

  const victim = spawnDrainer({ url: database.url })
  await eventually(async () => expect(await countMarks(database)).toBe(2))
  await victim.kill()

  // reaped by a drainer that does not know these jobs, so that none of them runs again yet
  const { drainOnce } = drainable(database, [defineJob({ name: "other", perform() {} })])
  expect(await drainOnce()).toMatchObject({ interrupted: 2, claimed: 0 })
  expect(await database.rows("select from sluice.permits")).toEqual([])
  expect(await database.rows("select state, count(*)::int from sluice.jobs group by 1 order by 1")).toEqual([
    { state: "blocked", count: 8 },
    { state: "ready", count: 4 },
  ])

  await database.pool.query("update sluice.jobs set payload = '{\"ms\": 1}'")
  await eventually(async () => {
    await spawnDrainer({ url: database.url }).report
    expect(await database.rows("select from sluice.jobs")).toEqual([])
  })
  expect(await database.rows("select count(*)::int, max(attempts) as attempts from sluice.finished")).toEqual(
    [{ count: 12, attempts: 1 }],
  )
  expect(await database.rows("select from sluice.permits")).toEqual([])
})

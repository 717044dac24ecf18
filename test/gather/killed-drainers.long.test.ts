import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

test("jobs that gather others get each result once, although their drainers are killed all the time", async () => {
  const sluice = createSluice({ database: database.pool })
  const parents = await sluice.enqueueMany(
    Array.from({ length: 10 }, () => ({ name: "gather", payload: { children: 20, ms: 10 } })),
  )
  const finished = async (): Promise<number> =>
    (await database.rows("select count(*)::int as n from sluice.finished"))[0].n
  for (let kills = 0; kills < 4; kills++) {
    const before = await finished()
    const victim = spawnDrainer({ url: database.url, concurrency: 5 })
    await eventually(async () => expect(await finished()).toBeGreaterThan(before + 10))
    await victim.kill()
  }
  do await Promise.all([1, 2].map(() => spawnDrainer({ url: database.url }).report))
  while ((await database.rows("select from sluice.jobs")).length > 0)
  for (const { id } of parents)
    expect(await sluice.getJob(id)).toMatchObject({
      state: "succeeded",
      result: Array.from({ length: 20 }, (_, n) => n),
    })
  expect(await database.rows("select count(*)::int as n from sluice.finished where name = 'echo'")).toEqual([
    { n: 200 },
  ])
  expect(
    await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toEqual([])
})

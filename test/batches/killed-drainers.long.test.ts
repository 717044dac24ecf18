import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { countMarks, createMarks } from "../support/marks.ts"

const database = await createDatabase()
await createMarks(database)

test("the callbacks of a batch whose drainers are killed all the time are performed once", async () => {
  const sluice = createSluice({ database: database.pool })
  const jobs = Array.from({ length: 150 }, () => ({ name: "sleep", payload: { ms: 20 } }))
  const { id } = await sluice.enqueueBatch(jobs, { onFinish: { name: "mark" }, onSuccess: { name: "mark" } })
  const settled = async (): Promise<number> => (await sluice.getBatch(id))?.succeeded ?? 0
  for (let kills = 0; kills < 2; kills++) {
    const before = await settled()
    const victim = spawnDrainer({ url: database.url, concurrency: 5 })
    await eventually(async () => expect(await settled()).toBeGreaterThan(before + 10))
    await victim.kill()
  }
  await Promise.all([1, 2].map(() => spawnDrainer({ url: database.url }).report))
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 150, succeeded: 150 })
  expect(await countMarks(database)).toBe(2)
  expect(
    await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toEqual([])
})

import { createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { countMarks, createMarks } from "../support/marks.ts"

const database = await createDatabase()
await createMarks(database)

test("of four drainers whose last jobs of a batch end at the same moment, one enqueues its callbacks", async () => {
  const ROUNDS = 10
  const DRAINERS = 4
  const calls: string[] = []
  let arrived = 0
  let release = () => {}
  let together = new Promise<void>((resolve) => (release = resolve))
  const meet = defineJob({
    name: "meet",
    async perform() {
      const here = together
      if (++arrived === DRAINERS) {
        arrived = 0
        release()
        together = new Promise((resolve) => (release = resolve))
      }
      await here
    },
  })
  const finish = defineJob({
    name: "finish",
    perform: (_payload, { batch }) => void calls.push(batch?.id ?? "none"),
  })
  const sluice = createSluice({ database: database.pool, jobs: [meet, finish] })
  const ids: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const jobs = Array.from({ length: DRAINERS }, () => ({ name: "meet" as const, payload: {} }))
    const { id } = await sluice.enqueueBatch(jobs, { onFinish: finish })
    ids.push(id)
    await Promise.all(
      Array.from({ length: DRAINERS }, () => drain(sluice, { connect: database.connect, concurrency: 1 })),
    )
  }
  await drain(sluice, { connect: database.connect })
  expect(calls.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids)
  expect(await database.rows("select * from sluice.batches_adrift()")).toEqual([])
})

test("the callbacks of a batch whose drainers are killed all the time are performed once", async () => {
  const sluice = createSluice({ database: database.pool })
  const jobs = Array.from({ length: 300 }, () => ({ name: "sleep", payload: { ms: 20 } }))
  const { id } = await sluice.enqueueBatch(jobs, { onFinish: { name: "mark" }, onSuccess: { name: "mark" } })
  const settled = async (): Promise<number> => (await sluice.getBatch(id))?.succeeded ?? 0
  for (let kills = 0; kills < 3; kills++) {
    const before = await settled()
    const victim = spawnDrainer({ url: database.url, concurrency: 5 })
    await eventually(async () => expect(await settled()).toBeGreaterThan(before + 20))
    await victim.kill()
  }
  await Promise.all([1, 2].map(() => spawnDrainer({ url: database.url }).report))
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 300, succeeded: 300 })
  expect(await countMarks(database)).toBe(2)
  expect(await database.rows("select * from sluice.batches_adrift()")).toEqual([])
})

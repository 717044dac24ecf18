import { createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { countMarks, createMarks } from "../support/marks.ts"

const database = await createDatabase()
await createMarks(database)

test("of four drainers whose last jobs of a batch end at the same moment, one enqueues its callbacks", async () => {
  const ROUNDS = 8
  const names = ["north", "east", "south", "west"] as const
  const calls: string[] = []
  let meeting = newMeeting()
  const jobs = names.map((name) => defineJob({ name, perform: () => meeting.arrive() }))
  const finish = defineJob({
    name: "finish",
    perform: (_payload, { batch }) => void calls.push(batch?.id ?? "none"),
  })
  const sluice = createSluice({ database: database.pool, jobs: [...jobs, finish] })
  const ids: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    meeting = newMeeting()
    const { id } = await sluice.enqueueBatch(
      names.map((name) => ({ name, payload: {} })),
      { onFinish: finish },
    )
    ids.push(id)
    await Promise.all(names.map((name) => drain(sluice, { connect: database.connect, names: [name] })))
  }
  await drain(sluice, { connect: database.connect })
  expect(calls.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids)
  expect(await database.rows("select * from sluice.batches_adrift()")).toEqual([])
})

/** Whoever arrives waits until all four have. */
function newMeeting() {
  const { promise, resolve } = Promise.withResolvers<void>()
  let arrived = 0
  return {
    arrive() {
      if (++arrived === 4) resolve()
      return promise
    },
  }
}

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
  expect(await database.rows("select * from sluice.batches_adrift()")).toEqual([])
})

import { createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

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
  expect(
    await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toEqual([])
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

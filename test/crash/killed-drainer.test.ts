import { createSluice } from "@sluice/core"
import { beforeAll, expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { countMarks, createMarks } from "../support/marks.ts"

const IN_FLIGHT = 40
let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
  await createMarks(database)
  const sluice = createSluice({ database: database.pool })
  await sluice.enqueueMany(
    Array.from({ length: IN_FLIGHT }, () => ({ name: "mark", payload: { ms: 1_500 } })),
  )
})

test("what a killed drainer had in flight runs again at once and is charged no attempt", async () => {
  const victim = spawnDrainer({ url: database.url, concurrency: IN_FLIGHT })
  await eventually(async () => expect(await countMarks(database)).toBe(IN_FLIGHT))
  await victim.kill()

  const killedAt = (await database.rows("select clock_timestamp() as at"))[0].at as Date
  const next = await spawnDrainer({ url: database.url, concurrency: IN_FLIGHT }).report

  expect(next.summary).toMatchObject({ interrupted: IN_FLIGHT, succeeded: IN_FLIGHT, dueWork: false })
  const finished = await database.rows(
    "select count(*)::int, count(distinct id)::int as ids, max(attempts) as attempts, min(state) as state from sluice.finished",
  )
  expect(finished).toEqual([{ count: IN_FLIGHT, ids: IN_FLIGHT, attempts: 1, state: "succeeded" }])
  const interrupted = await database.rows(
    "select count(*)::int from sluice.failures where outcome = 'interrupted' and error_class = 'InterruptedError'",
  )
  expect(interrupted).toEqual([{ count: IN_FLIGHT }])

  const [last] = await database.rows("select max(at) as at, count(*)::int from marks where at > $1", [
    killedAt,
  ])
  expect(last.count).toBe(IN_FLIGHT)
  const [opened] = await database.rows("select started_at from sluice.drainers where ending = 'closed'")
  expect(
    last.at.getTime() - opened.started_at.getTime(),
    "ms from the next drainer's start until all run again",
  ).toBeLessThan(3_000)
  expect(
    await database.rows("select ending, count(*)::int from sluice.drainers group by 1 order by 1"),
  ).toEqual([
    { ending: "closed", count: 1 },
    { ending: "died", count: 1 },
  ])
})

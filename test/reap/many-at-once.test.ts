import { defineJob, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const DEAD = 10
const EACH = 200
const REAPERS = 6

test("when ten drainers die at once and six live, each job in flight runs exactly once more", async () => {
  const database = await createDatabase()
  const performed: string[] = []
  const job = defineJob({ name: "noop", perform: (_payload, { id }) => void performed.push(id) })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(Array.from({ length: DEAD * EACH }, () => ({ name: "noop" })))
  const dying = await Promise.all(Array.from({ length: DEAD }, () => claimingSession(database)))
  expect(await database.rows("select count(*)::int from sluice.claims")).toEqual([{ count: DEAD }])

  const draining = Array.from({ length: REAPERS }, () => drainOnce({ linger: "1s", maxDrainers: 100 }))
  await eventually(async () =>
    expect(await database.rows("select from sluice.drainers where lingering")).toHaveLength(REAPERS),
  )
  await Promise.all(dying.map((session) => session.end()))
  const summaries = await Promise.all(draining)

  expect(performed.length - new Set(performed).size, "performed twice").toBe(0)
  expect(performed).toHaveLength(DEAD * EACH)
  const total = (count: "interrupted" | "succeeded" | "lost") =>
    summaries.reduce((sum, summary) => sum + summary[count], 0)
  expect({ succeeded: total("succeeded"), lost: total("lost") }).toEqual({ succeeded: DEAD * EACH, lost: 0 })
  // the server frees a dying session's locks one after the other: a claim may come between
  expect(total("interrupted")).toBeGreaterThan(DEAD * EACH * 0.8)
  expect(
    await database.rows("select ending, count(*)::int from sluice.drainers group by 1 order by 1"),
  ).toEqual([
    { ending: "closed", count: REAPERS },
    { ending: "died", count: DEAD },
  ])
})

async function claimingSession(database: TestDatabase) {
  const session = await database.connect()
  const { rows } = await session.query("select * from sluice.open_drainer($1, 100, 'dies', 60000)", [
    SCHEMA_VERSION,
  ])
  await session.query("select from sluice.claim($1, $2, $3, '{noop}', null, '{}', '{}')", [
    rows[0].id,
    rows[0].backend_pid,
    EACH,
  ])
  return session
}

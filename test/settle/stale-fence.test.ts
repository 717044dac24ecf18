import { createSluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openSession } from "./session.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
afterEach(() => database.pool.query("delete from sluice.jobs; delete from sluice.claims"))

const outcomes = [
  { outcome: "succeeded", result: "stale" },
  { outcome: "discarded", error_class: "Error", error_message: "stale", error_stack: null },
  { outcome: "retried", wait_ms: 1_000, error_class: "Error", error_message: "stale", error_stack: null },
  { outcome: "snoozed", wait_ms: 1_000, charges_attempt: false },
]

test.each(outcomes.map((outcome) => [outcome.outcome, outcome] as const))(
  "%s with the fence of an earlier attempt settles nothing",
  async (_kind, outcome) => {
    const { id } = await sluice.enqueue("any", {})
    const session = await openSession(database)
    const [job] = await session.claim("any")
    expect(job).toMatchObject({ id, fence: 0 })
    // as reaping its drainer does, or a settle of the same job
    await database.pool.query("update sluice.jobs set fence = fence + 1, attempts = 5")
    const before = await everything()

    expect(await session.settle({ id, fence: 0, ...outcome })).toEqual([id])
    expect(await everything()).toEqual(before)

    expect(await session.settle({ id, fence: 1, ...outcome })).toEqual([])
    expect(await everything()).not.toEqual(before)
    await session.end()
  },
)

test("a job that was settled is not settled again", async () => {
  const { id } = await sluice.enqueue("any", {})
  const session = await openSession(database)
  await session.claim("any")
  expect(
    await session.settle({
      id,
      fence: 0,
      outcome: "retried",
      wait_ms: 0,
      error_class: "Error",
      error_message: "once",
    }),
  ).toEqual([])
  const before = await everything()
  expect(await session.settle({ id, fence: 0, outcome: "succeeded" })).toEqual([id])
  expect(await session.settle({ id: "123456", fence: 0, outcome: "succeeded" })).toEqual(["123456"])
  expect(await everything()).toEqual(before)
  await session.end()
})

test("of outcomes that are settled together, a stale one is left out and the others are written", async () => {
  const stored = await sluice.enqueueMany([{ name: "any" }, { name: "any" }, { name: "any" }])
  const [one, two, three] = stored.map(({ id }) => id) as [string, string, string]
  const session = await openSession(database)
  await session.claim("any")
  await database.pool.query("update sluice.jobs set fence = fence + 1 where id = $1", [two])
  const lost = await session.settle(
    ...[one, two, three].map((id) => ({ id, fence: 0, outcome: "succeeded" })),
  )
  expect(lost).toEqual([two])
  expect(await sluice.getJob(one)).toMatchObject({ state: "succeeded" })
  expect(await database.rows("select id::text, state from sluice.jobs")).toEqual([
    { id: two, state: "ready" },
  ])
  await session.end()
})

async function everything() {
  const tables = ["jobs", "finished", "failures", "claims", "permits"]
  const rows = tables.map((table) => database.rows(`select * from sluice.${table} t order by t::text`))
  return Promise.all(rows)
}

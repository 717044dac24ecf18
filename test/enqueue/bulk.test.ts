import { createSluice, type Queryable } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const JOBS = 50_000

const database = await createDatabase()
const statements: string[] = []
const counted: Queryable = {
  query(text, values) {
    statements.push(text)
    return database.pool.query(text, values)
  },
}
const sluice = createSluice({ database: counted })

test("50,000 jobs are stored by one statement, and answered and numbered in the order given", async () => {
  statements.length = 0
  const results = await sluice.enqueueMany(
    Array.from({ length: JOBS }, (_, place) => ({ name: "bulk", payload: { place } })),
  )

  expect(statements).toHaveLength(1)
  expect(results).toHaveLength(JOBS)
  expect(results[0]).toEqual({ id: expect.stringMatching(/^\d+$/), status: "enqueued", state: "ready" })
  const stored = await database.rows(
    "select id::text, (payload->>'place')::int as place from sluice.jobs order by jobs.id",
  )
  expect(stored).toHaveLength(JOBS)
  expect(stored.find(({ id, place }, at) => place !== at || id !== results[at]?.id)).toBeUndefined()
})

test("each answer stands at its job's place, also where some jobs have keys", async () => {
  const options = [{ uniqueKey: "z" }, {}, { idempotencyKey: "y" }, { uniqueKey: "a" }, {}, { delay: 60 }]
  const results = await sluice.enqueueMany(
    options.map((options, place) => ({ name: "mixed", payload: { place }, options })),
  )

  const stored = await database.rows(
    "select id::text, state from sluice.jobs where name = 'mixed' order by payload->>'place'",
  )
  expect(results).toEqual(stored.map(({ id, state }) => ({ id, state, status: "enqueued" })))
})

test("an empty list asks nothing of the database", async () => {
  statements.length = 0
  expect(await sluice.enqueueMany([])).toEqual([])
  expect(statements).toEqual([])
})

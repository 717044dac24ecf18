import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test("500 jobs with keys that are there already are stored by a few statements, whatever their number", async () => {
  const database = await createDatabase()
  const jobs = Array.from({ length: 500 }, (_, n) => ({
    name: "keyed",
    options: { uniqueKey: `u${n % 400}`, ...(n % 2 === 0 && { idempotencyKey: `i${n % 300}` }) },
  }))
  const { enqueueMany } = createSluice({ database: database.pool })
  const first = await enqueueMany(jobs)

  const session = await database.connect()
  await session.query("begin")
  await session.query("set local track_functions = 'all'")
  const again = await enqueueMany(jobs, { transaction: session })
  const { rows } = await session.query(
    `select sum(pg_stat_get_xact_function_calls(p.oid))::int as calls from pg_proc p
     where p.pronamespace = 'sluice'::regnamespace and p.proname not in ('public_state', 'job_lock')`,
  )
  await session.query("commit")
  await session.end()

  expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id))
  expect(new Set(again.map(({ status, state }) => `${status} ${state}`))).toEqual(
    new Set(["deduplicated ready"]),
  )
  expect(rows[0].calls).toBeLessThan(20)
})

test("a call with 20,000 keys that are taken takes no longer than the one that stored them, by and large", {
  retry: 2,
}, async () => {
  // on a busy machine
  const database = await createDatabase()
  const { enqueueMany } = createSluice({ database: database.pool, answerWithin: "60s" })
  const jobs = Array.from({ length: 20_000 }, (_, n) => ({ name: "keyed", options: { uniqueKey: `u${n}` } }))
  const timed = async () => {
    const startedAtMs = performance.now()
    await enqueueMany(jobs)
    return performance.now() - startedAtMs
  }
  const firstMs = await timed()
  expect(await timed()).toBeLessThan(4 * firstMs)
})

import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a queue is paused and resumed while drainers work off its keys: no deadlock, and every job is performed once", async () => {
  const database = await createDatabase()
  const performed: string[] = []
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "keyed", queue: "keyed", perform: (_payload, { id }) => void performed.push(id) }),
  ])
  const count = 800
  await database.pool.query(
    `insert into sluice.jobs (name, queue, state, concurrency_key, concurrency_limit, features)
     select 'keyed', 'keyed', 'ready', 'key-' || i % 40, 2, 1 from generate_series(1, $1::int) i`,
    [count],
  )

  let isDone = false
  const drain = async () => {
    while (performed.length < count) await drainOnce({ concurrency: 50, maxDrainers: 4 })
  }
  const pauseAndResume = async () => {
    while (!isDone) {
      await sluice.pauseQueue("keyed")
      await sluice.resumeQueue("keyed")
    }
  }
  const pausing = pauseAndResume()
  await Promise.all([drain(), drain(), drain()]).finally(() => {
    isDone = true
  })
  await pausing

  expect(new Set(performed).size).toBe(count)
  expect(performed).toHaveLength(count)
  const [{ deadlocks }] = await database.rows(
    "select deadlocks::int from pg_stat_database where datname = current_database()",
  )
  expect(deadlocks).toBe(0)
})

test("a queue of 20,000 concurrency keys is paused without a lock for each", async () => {
  const database = await createDatabase()
  const { sluice } = drainable(database, [defineJob({ name: "keyed", perform() {} })])
  await database.pool.query(
    `insert into sluice.jobs (name, queue, state, concurrency_key, concurrency_limit, features)
     select 'keyed', 'keyed', 'ready', 'key-' || i, 1, 1 from generate_series(1, 20000) i`,
  )

  await sluice.pauseQueue("keyed")
  expect(await database.rows("select state, count(*)::int from sluice.jobs group by 1")).toEqual([
    { state: "paused", count: 20_000 },
  ])
})

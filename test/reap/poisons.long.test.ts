import { once } from "node:events"
import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const POISONS = 2
const INNOCENT = 198

test("poison jobs among a hundred times as many are found and charged alone, and new work hardly waits for it", async () => {
  const database = await createDatabase()
  const poison = defineJob({
    name: "poison",
    async perform(_payload, { signal }) {
      await database.pool.query(
        "select pg_terminate_backend(backend_pid) from sluice.drainers where ended_at is null order by id desc limit 1",
      )
      await once(signal, "abort")
    },
  })
  const innocent = defineJob({ name: "innocent", perform: () => wait(1) })
  const waitsMs: number[] = []
  const fresh = defineJob({
    name: "fresh",
    perform: ({ atMs }: { atMs: number }, { attempt }) =>
      void (attempt === 1 && waitsMs.push(performance.now() - atMs)),
  })
  const { sluice, drainOnce } = drainable(database, [poison, innocent, fresh])
  const every = (INNOCENT + POISONS) / POISONS
  await sluice.enqueueMany(
    Array.from({ length: INNOCENT + POISONS }, (_, n) => ({
      name: n % every === 50 ? "poison" : "innocent",
    })),
  )

  const beganAtMs = performance.now()
  let isOver = false
  let stored = 0
  const enqueueing = (async () => {
    for (; !isOver; stored++) {
      await fresh.enqueue({ atMs: performance.now() })
      await wait(50)
    }
  })()
  let deaths = 0
  const isLeft = async () =>
    (await database.rows("select from sluice.jobs where name <> 'fresh' limit 1")).length > 0
  while ((await isLeft()) && deaths < 150) await drainOnce().catch(() => deaths++)
  const tookMs = performance.now() - beganAtMs
  isOver = true
  await enqueueing
  await drainOnce()

  const outcomes = await database.rows(
    `select name, state, attempts, count(*)::int from sluice.finished group by 1, 2, 3 order by 1, 2, 3`,
  )
  expect(outcomes).toEqual([
    { name: "fresh", state: "succeeded", attempts: 1, count: stored },
    { name: "innocent", state: "succeeded", attempts: 1, count: INNOCENT },
    { name: "poison", state: "discarded", attempts: 3, count: POISONS },
  ])
  const sorted = waitsMs.toSorted((a, b) => a - b)
  expect(sorted[Math.floor(sorted.length / 2)], "usual wait of new work").toBeLessThan(
    Math.max(1_000, tookMs / 3),
  )
})

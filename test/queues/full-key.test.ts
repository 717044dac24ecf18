import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("ready jobs of a key that is full are passed at once, not twenty every half a second", async () => {
  const database = await createDatabase()
  const free = Promise.withResolvers<void>()
  let limited = 0
  const { sluice, drainOnce } = drainable(database, [
    defineJob({
      name: "limited",
      async perform() {
        limited++
        await free.promise
      },
    }),
    defineJob({ name: "free", perform: () => free.resolve() }),
  ])
  // as if they had been enqueued one by one
  await database.pool.query(
    `insert into sluice.jobs (name, state, concurrency_key, concurrency_limit, features, run_at)
     select 'limited', 'ready', 'one', 1, 1, now() - interval '1 minute' from generate_series(1, 3000)`,
  )
  await sluice.enqueue("free", {})

  const abort = new AbortController()
  const beganAtMs = performance.now()
  const drain = drainOnce({ signal: abort.signal })
  await free.promise
  expect(performance.now() - beganAtMs).toBeLessThan(10_000) // 75 seconds, one claim at a time
  expect(limited).toBe(1)
  abort.abort()
  await drain
})

import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a job of an app whose clock is fast wakes a drainer, which waits for it", async () => {
  const database = await createDatabase()
  let wakes = 0
  const wake = async () => {
    wakes++
  }
  const sluice = createSluice({ database: database.pool, wake })
  const [{ at }] = await database.rows("select now() + interval '900 milliseconds' as at")
  const { state } = await sluice.enqueue("job", {}, { runAt: at })
  expect(state).toBe("scheduled")
  expect(wakes).toBe(1)

  await database.pool.query("update sluice.jobs set run_at = now() + interval '900 milliseconds'")
  const { drainOnce } = drainable(database, [defineJob({ name: "job", perform() {} })])
  expect(await drainOnce({ linger: "50ms" })).toMatchObject({ succeeded: 1, lateWork: false })
})

import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a job whose name this bundle does not know waits, untouched, and keeps no drainer awake", async () => {
  const database = await createDatabase()
  const newer = await createSluice({ database: database.pool }).enqueue("of-a-newer-version", {})
  const { drainOnce } = drainable(database, [defineJob({ name: "known", perform() {} })])

  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  expect(await database.rows("select id::text, state, attempts, fence from sluice.jobs")).toEqual([
    { id: newer.id, state: "ready", attempts: 0, fence: 0 },
  ])

  const { drainOnce: drainNewer } = drainable(database, [
    defineJob({ name: "of-a-newer-version", perform() {} }),
  ])
  expect(await drainNewer()).toMatchObject({ succeeded: 1 })
})

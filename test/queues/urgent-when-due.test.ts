import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("of more scheduled jobs than are promoted at once, an urgent one that came due last begins first", async () => {
  const database = await createDatabase()
  const order: string[] = []
  const { drainOnce } = drainable(database, [
    defineJob({ name: "slow", perform: () => void order.push("slow") }),
    defineJob({ name: "urgent", perform: () => void order.push("urgent") }),
  ])
  await database.pool.query(
    `insert into sluice.jobs (name, state, priority, run_at)
     select 'slow', 'scheduled', i % 3, now() - interval '1 hour' from generate_series(1, 6000) i
     union all select 'urgent', 'scheduled', -5, now() - interval '1 second'
     union all select 'urgent', 'scheduled', -4, now() + interval '1 hour'`,
  )

  expect(await drainOnce()).toMatchObject({ succeeded: 6_001 })
  expect(order[0]).toBe("urgent")
})

import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "mail", perform() {} })])

test("at the last look a job of a paused queue isn't due, also if it became ready in the moment of the pause", async () => {
  const ready = "insert into sluice.jobs (name, queue, state) values ('mail', 'paused', 'ready')"
  const isDue = async () => (await database.rows("select sluice.is_work_due('{mail}') as is_due"))[0].is_due
  await database.rows(ready)
  expect(await isDue()).toBe(true)

  await database.rows("insert into sluice.pauses (kind, target) values ('queue', 'paused')")

  expect(await isDue()).toBe(false)
  await database.rows("delete from sluice.jobs")
})

test("a drain adds what its jobs took to what earlier ones did", async () => {
  for (const count of [4, 3]) {
    await sluice.enqueueMany(Array.from({ length: count }, () => ({ name: "mail" })))
    await drainOnce()
  }
  const counted =
    "select sum(n)::integer as count from sluice.definitions d, unnest(d.durations) n where d.name = 'mail'"
  expect(await database.rows(counted)).toEqual([{ count: 7 }])
})

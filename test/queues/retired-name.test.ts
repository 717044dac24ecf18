import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const known = drainable(database, [defineJob({ name: "known", perform() {} })])

test("many jobs of a name that no drainer knows leave the claim's index, and say so", async () => {
  await storeRetired(2_000)
  const { id } = await createSluice({ database: database.pool }).enqueue("known", {})

  expect(await known.drainOnce()).toMatchObject({ succeeded: 1, dueWork: false })
  await drainUntilHeld()
  expect(await database.rows("select state, count(*)::int from sluice.jobs group by 1")).toEqual([
    { state: "unknown", count: 2_000 },
  ])
  expect(await database.rows("select * from sluice.unknown_names()")).toEqual([
    { name: "retired", jobs: 2_000, oldest_run_at: expect.any(Date), seen_at: null },
  ])
  expect(await known.sluice.getJob(String(Number(id) - 1))).toMatchObject({ state: "ready" })
  expect(await known.sluice.listQueues()).toMatchObject([{ name: "default", ready: 2_000, blocked: 0 }])
})

test("a drainer that knows it performs them", async () => {
  const both = ["known", "retired"].map((name) => defineJob({ name, perform() {} }))
  expect(await drainable(database, both).drainOnce()).toMatchObject({ succeeded: 2_000, dueWork: false })
})

test("what a drainer knew a minute ago stays where it is", async () => {
  await storeRetired(1_000)
  await known.drainOnce()
  expect(await database.rows("select distinct state from sluice.jobs")).toEqual([{ state: "ready" }])

  await database.pool.query(
    "update sluice.definitions set seen_at = now() - interval '1 hour' where name = 'retired'",
  )
  await drainUntilHeld()
  expect(await database.rows("select distinct state from sluice.jobs")).toEqual([{ state: "unknown" }])
  await database.pool.query("delete from sluice.jobs")
})

/** Each look from the start holds a set, as long as they fill the head of the queue. */
async function drainUntilHeld(): Promise<void> {
  const countHeld = async () =>
    (await database.rows("select count(*)::int from sluice.jobs where state = 'unknown'"))[0].count
  for (let held = -1; held < (await countHeld()); ) {
    held = await countHeld()
    await known.drainOnce()
  }
}

async function storeRetired(count: number): Promise<void> {
  await database.pool.query(
    "insert into sluice.jobs (name, state, run_at) select 'retired', 'ready', now() - interval '1 hour' from generate_series(1, $1::int)",
    [count],
  )
}

import { defineJob } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

test("while an open transaction has the unique key of a job that another gathers, the drainer's session waits for it in short turns", async () => {
  const leaf = defineJob({ name: "leaf", unique: { key: () => "key" }, perform: () => 1 })
  const gathers = defineJob({
    name: "gathers",
    perform: (_payload, { enqueueAndWait }) => enqueueAndWait("leaves", [{ job: leaf, payload: {} }]),
  })
  const { sluice, drainOnce } = drainable(database, [leaf, gathers])
  const client = await database.connect()
  onTestFinished(() => client.end?.())
  await client.query("begin")
  await client.query("select sluice.enqueue('leaf', '{}', '{\"uniqueKey\": \"key\"}')")
  const { id } = await sluice.enqueue("gathers", {})
  const drained = drainOnce()

  const turns = new Set<string>()
  let longestMs = 0
  await eventually(async () => {
    const waiting = await database.rows(
      `select query_start::text as since, (extract(epoch from clock_timestamp() - query_start) * 1000)::int as ms
       from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%gather_jobs%'`,
    )
    for (const { since, ms } of waiting) {
      turns.add(since)
      longestMs = Math.max(longestMs, ms)
    }
    expect(turns.size, "turns").toBeGreaterThan(2)
  }, 5_000)
  expect(longestMs, "ms of the longest turn").toBeLessThan(700)
  await client.query("commit")
  await drained
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: [1] })
})

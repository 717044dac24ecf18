import { type Connection, defineJob, SCHEMA_VERSION } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// Whoever sets a job aside may still see a pause that has been lifted by the time it commits.
const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "mail", queue: "mail", perform() {} })])
let writer: Connection

afterEach(async () => {
  await writer.end()
  await database.pool.query("delete from sluice.jobs")
})

test("a job stored by a transaction that saw the pause runs, though its queue was resumed meanwhile", async () => {
  await sluice.pauseQueue("mail")
  writer = await database.connect()
  await writer.query("begin")
  await sluice.enqueue("mail", {}, { queue: "mail", transaction: writer })
  await sluice.resumeQueue("mail")
  await writer.query("commit")

  expect(await states()).toEqual(["paused"])
  expect(await drainOnce()).toMatchObject({ succeeded: 1, dueWork: false })
})

test("so does one that was promoted by a transaction that saw the pause", async () => {
  await sluice.enqueue("mail", {}, { queue: "mail", delay: "1h" })
  await database.pool.query("update sluice.jobs set run_at = now() - interval '1 second'")
  await sluice.pauseQueue("mail")
  writer = await database.connect()
  await writer.query("begin")
  await writer.query("select sluice.promote_due()")
  await sluice.resumeQueue("mail")
  await writer.query("commit")

  expect(await states()).toEqual(["paused"])
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("and one that was set aside by a claim that saw the pause", async () => {
  await sluice.enqueue("mail", {}, { queue: "mail" })
  await database.pool.query("insert into sluice.pauses (kind, target) values ('queue', 'mail')")
  writer = await database.connect()
  const { rows } = await writer.query("select * from sluice.open_drainer($1, 10, 'late', 60000)", [
    SCHEMA_VERSION,
  ])
  await writer.query("begin")
  await writer.query("select sluice.claim($1, $2, 10, '{mail}', null, '{}', '{}')", [
    rows[0].id,
    rows[0].backend_pid,
  ])
  await sluice.resumeQueue("mail")
  await writer.query("commit")

  expect(await states()).toEqual(["paused"])
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("a pause that was interrupted half-way is continued by drains, a set at each look, and none of it runs", async () => {
  writer = await database.connect()
  await database.pool.query(
    "insert into sluice.jobs (name, queue, state) select 'mail', 'mail', 'ready' from generate_series(1, 3000)",
  )
  await database.pool.query("select sluice.pause_queue('mail')")
  expect(await countOf("ready")).toBe(2_000)

  for (let held = await countOf("paused"); held < 3_000; ) {
    expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
    const before = held
    held = await countOf("paused")
    expect(held).toBeGreaterThanOrEqual(Math.min(3_000, before + 500))
  }
  await sluice.resumeQueue("mail")
  expect(await countOf("ready")).toBe(3_000)
})

async function states(): Promise<string[]> {
  return (await database.rows("select state from sluice.jobs")).map(({ state }) => state)
}

async function countOf(state: string): Promise<number> {
  return (await database.rows("select count(*)::int from sluice.jobs where state = $1", [state]))[0].count
}

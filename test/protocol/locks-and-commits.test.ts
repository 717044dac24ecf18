import { createSluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

// Whoever gets a job's lock must see what the last holder has written.
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
afterEach(() => database.pool.query("delete from sluice.jobs; delete from sluice.drainers"))

test("a job that a claim blocks keeps its lock until the block is committed", async () => {
  const options = { concurrencyKey: "one" }
  const running = await openSession(database)
  await sluice.enqueue("any", {}, options)
  await running.claim("any")
  const { id } = await sluice.enqueue("any", {}, options)

  const claiming = await openSession(database)
  await claiming.connection.query("begin")
  expect(await claiming.claim("any")).toEqual([])
  expect(await isFree(id), "before the commit").toBe(false)
  await claiming.connection.query("commit")
  expect(await isFree(id)).toBe(true)
  expect(await database.rows("select state from sluice.jobs where id = $1", [id])).toEqual([
    { state: "blocked" },
  ])
  await Promise.all([running.end(), claiming.end()])
})

test("a job that is reaped keeps its lock until its new fence is committed", async () => {
  const { id } = await sluice.enqueue("any", {})
  const dying = await openSession(database)
  await dying.claim("any")
  await dying.end()

  const reaping = await openSession(database)
  await reaping.connection.query("begin")
  await reaping.connection.query("select sluice.reap($1, 100)", [reaping.drainerId])
  expect(await isFree(id), "before the commit").toBe(false)
  await reaping.connection.query("commit")
  expect(await isFree(id)).toBe(true)
  expect(await database.rows("select fence from sluice.jobs where id = $1", [id])).toEqual([{ fence: 1 }])
  await reaping.end()
})

async function isFree(id: string): Promise<boolean> {
  const [{ free }] = await database.rows(
    "select pg_try_advisory_xact_lock(sluice.job_lock($1::bigint)) as free",
    [id],
  )
  return free
}

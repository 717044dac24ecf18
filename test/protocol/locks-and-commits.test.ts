import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

// Whoever gets a job's lock must see what its last holder has written.
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("a job that a claim blocks keeps its lock until the block is committed", async () => {
  const { first, second } = await openTwoSessions(database)
  const options = { concurrencyKey: "one" }
  await sluice.enqueue("any", {}, options)
  await first.claim("any")
  const { id } = await sluice.enqueue("any", {}, options)

  await second.connection.query("begin")
  expect(await second.claim("any"), "there is no room").toEqual([])
  expect(await isFree(id), "before the commit").toBe(false)
  await second.connection.query("commit")
  expect(await isFree(id)).toBe(true)
  expect(await database.rows("select state from sluice.jobs where id = $1", [id])).toEqual([
    { state: "blocked" },
  ])
})

test("a job that is reaped keeps its lock until its new fence is committed", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  await first.claim("any")
  await first.end()

  await second.connection.query("begin")
  await second.connection.query("select sluice.reap($1, 100)", [second.drainerId])
  expect(await isFree(id), "before the commit").toBe(false)
  await second.connection.query("commit")
  expect(await isFree(id)).toBe(true)
  expect(await database.rows("select fence from sluice.jobs where id = $1", [id])).toEqual([{ fence: 1 }])
})

async function isFree(id: string): Promise<boolean> {
  const statement = "select pg_try_advisory_xact_lock(sluice.job_lock($1::bigint)) as free"
  return (await database.rows(statement, [id]))[0].free
}

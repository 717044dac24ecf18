import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const expire = async () => (await database.rows("select canceled from sluice.expire_jobs('{}')"))[0].canceled
const age = () => database.pool.query("update sluice.jobs set expires_at = now() - interval '1 second'")

test("a job that a claim is about to begin when it expires isn't canceled", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {}, { expiresIn: "1h" })
  await first.connection.query("begin")
  expect(await first.claim("any")).toMatchObject([{ id }])
  await age()
  expect(await expire(), "before the commit").toBe(0)
  await first.connection.query("commit")
  expect(await expire()).toBe(0)
  expect(await sluice.getJob(id)).toMatchObject({ state: "running" })
})

test("a job that a dead drainer had in flight has begun, and is left to the reap", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {}, { expiresIn: "1h" })
  await first.claim("any")
  await age()
  await first.end()
  expect(await expire()).toBe(0)
  await second.connection.query("select sluice.reap($1, 100)", [second.drainerId])
  expect(await expire()).toBe(0)
  expect(await second.claim("any")).toMatchObject([{ id }])
})

test("a job that is given back before it has begun expires", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {}, { expiresIn: "1h" })
  await first.claim("any")
  await first.connection.query("select sluice.give_back($1, $2, $3)", [
    first.drainerId,
    first.backendPid,
    [id],
  ])
  await first.connection.query("select sluice.unlock_given_back($1)", [[id]])
  await age()
  expect(await first.claim("any")).toEqual([])
  expect(await expire()).toBe(1)
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", reason: "expired" })
})

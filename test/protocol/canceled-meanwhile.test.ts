import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("a job that is retried before its drainer hears of its cancellation isn't performed again", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const fence = (await first.claim("any"))[0]?.fence as number
  expect(await sluice.cancelJob(id)).toEqual({ id, state: "running" })
  await first.settle({ id, fence, outcome: "snoozed" })
  await first.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
  expect(await second.claim("any")).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled" })
})

test("a job that is to be canceled is counted when its dead drainer is reaped", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const other = await sluice.enqueue("any", {})
  await first.claim("any")
  await sluice.cancelJob(id)
  await first.end()
  expect(await second.claim("any"), "both are left to the reap").toEqual([])
  await second.connection.query("select sluice.reap($1, 100)", [second.drainerId])
  expect(await database.rows("select died_with from sluice.jobs where id = $1", [other.id])).toEqual([
    { died_with: 2 },
  ])
  expect(await second.claim("any")).toMatchObject([{ id: other.id }])
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled" })
})

test("a job that is retried isn't canceled by a request of before", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const fence = (await first.claim("any"))[0]?.fence as number
  await sluice.cancelJob(id)
  await first.settle({ id, fence, outcome: "discarded" })
  await first.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
  await sluice.retryJob(id)
  expect(await second.claim("any")).toMatchObject([{ id }])
})

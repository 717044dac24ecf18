import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const retry = "select refusal from sluice.retry_jobs(array[$1::bigint])"

test("a job that was just discarded is retried once its drainer has released the lock, not before", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const fence = (await first.claim("any"))[0]?.fence as number
  await first.settle({ id, fence, outcome: "discarded" })
  expect(await database.rows(retry, [id])).toEqual([{ refusal: "job_held" }])
  await first.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
  expect(await database.rows(retry, [id])).toEqual([{ refusal: null }])
  expect(await first.claim("any")).toMatchObject([{ id }])
})

test("an execution from before a retry settles nothing after it", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const early = (await first.claim("any"))[0]?.fence as number
  await first.end()
  await second.connection.query("select sluice.reap($1, 100)", [second.drainerId])
  const fence = (await second.claim("any"))[0]?.fence as number
  await second.settle({ id, fence, outcome: "discarded" })
  await second.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
  await sluice.retryJob(id)

  const late = JSON.stringify([{ id, fence: early, outcome: "succeeded", duration_ms: 1 }])
  const settle = "select sluice.settle_outcomes($1, $2)::text[] as lost"
  expect(await database.rows(settle, [first.drainerId, late])).toEqual([{ lost: [id] }])
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready" })
})

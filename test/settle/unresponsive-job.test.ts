import { fork } from "node:child_process"
import { once } from "node:events"
import { createSluice, type DrainSummary } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("a job that ignores its signal frees its slot but keeps its lock, and is settled as timed out at the end", async () => {
  const unresponsive = await sluice.enqueue("unresponsive", {})
  const quick = await sluice.enqueue("quick", {})
  const child = fork(new URL("./unresponsive-job-main.ts", import.meta.url), {
    env: { ...process.env, DATABASE: database.url },
  })
  const reported = once(child, "message") as Promise<[DrainSummary]>

  // concurrency is 1: the quick job can only have run in the slot of the unresponsive one
  await eventually(async () => expect(await sluice.getJob(quick.id)).toMatchObject({ state: "succeeded" }))
  expect(await lockOf(unresponsive.id)).toEqual([{ granted: true }])
  expect(await sluice.getJob(unresponsive.id)).toMatchObject({ state: "running", attempts: 0 })

  const [summary] = await reported
  expect(summary).toMatchObject({
    claimed: 2,
    succeeded: 1,
    retried: 1,
    released: 0,
    stuck: 1,
    dueWork: true,
  })
  expect(await sluice.getJob(unresponsive.id)).toMatchObject({
    attempts: 1,
    errors: [{ attempt: 1, outcome: "retried", class: "TimeoutError" }],
  })
  // the session is still open, so that nobody else performs the job while it is running
  expect(await lockOf(unresponsive.id)).toEqual([{ granted: true }])

  const exited = once(child, "exit")
  child.kill("SIGKILL")
  await exited
  await eventually(async () => expect(await lockOf(unresponsive.id)).toEqual([]))
  expect(await sluice.getJob(unresponsive.id)).toMatchObject({ state: "scheduled", attempts: 1 })
})

async function lockOf(id: string) {
  return database.rows(
    `select granted from pg_locks where locktype = 'advisory' and objsubid = 1
       and database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32 | objid::bigint) = sluice.job_lock($1)`,
    [id],
  )
}

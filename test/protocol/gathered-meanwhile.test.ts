import { createSluice, SCHEMA_VERSION } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import type { Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const fold = "select sluice.fold_batches()"

afterEach(async () => {
  expect(
    await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toEqual([])
  await database.pool.query("truncate sluice.batches, sluice.batch_counts")
})

type Claimed = { readonly id: string; readonly fence: number }

/** A drainer whose job is about to gather one child. */
async function gatherer() {
  const { first, second } = await openTwoSessions(database)
  await sluice.enqueue("any", {})
  const job = (await first.claim("any"))[0] as Claimed
  return { first, second, job }
}

async function gather({ connection }: Session, { id, fence }: Claimed) {
  const { rows } = await connection.query(
    `select is_ours, job_ids::text[] from sluice.gather_jobs(pg_backend_pid(), $1, $2, 'children', $3, '[{"at": 0, "name": "child", "payloads": [{}]}]')`,
    [id, fence, SCHEMA_VERSION],
  )
  return rows[0]
}

async function awaitJobs({ connection }: Session, { id, fence }: Claimed) {
  const { rows } = await connection.query(
    "select is_ours, ended from sluice.await_gathered(pg_backend_pid(), $1, $2, 'children', 86400000)",
    [id, fence],
  )
  return rows[0]
}

async function endChild(session: Session): Promise<void> {
  const [child] = await session.claim("child")
  await session.settle({ ...(child as Claimed), outcome: "succeeded" })
}

const putBack = (session: Session, job: Claimed) =>
  session.settle({ ...job, outcome: "snoozed", wait_ms: 86_400_000, charges_attempt: false })

const isDue = async ({ id }: Claimed) =>
  (await database.rows("select run_at <= now() as due, state from sluice.jobs where id = $1", [id]))[0]

/** Until the session waits for a lock, or has not had to. */
async function untilWaiting({ backendPid }: Session, statement: Promise<unknown>): Promise<void> {
  let isDone = false
  statement.finally(() => (isDone = true)).catch(() => {})
  const waits = "select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'"
  await eventually(async () =>
    expect(isDone || (await database.rows(waits, [backendPid])).length > 0).toBe(true),
  )
}

test("jobs that end while the one that waits for them is put back make it due: the end waits for the settle, and sees it", async () => {
  const { first, second, job } = await gatherer()
  await gather(first, job)
  await awaitJobs(first, job)
  await endChild(second)
  await first.connection.query("begin")
  await putBack(first, job)
  const folding = second.connection.query(fold)
  await untilWaiting(second, folding)
  await first.connection.query("commit")
  await folding
  expect(await isDue(job)).toEqual({ due: true, state: "scheduled" })
})

test("jobs that have ended before the settle commits do, too: the settle waits for the end, and sees it", async () => {
  const { first, second, job } = await gatherer()
  await gather(first, job)
  await awaitJobs(first, job)
  await endChild(second)
  await second.connection.query("begin")
  await second.connection.query(fold)
  const puttingBack = putBack(first, job)
  await untilWaiting(first, puttingBack)
  await second.connection.query("commit")
  await puttingBack
  expect(await isDue(job)).toEqual({ due: true, state: "scheduled" })
})

test("a job that comes to wait after its jobs have ended doesn't wait", async () => {
  const { first, second, job } = await gatherer()
  await gather(first, job)
  await endChild(second)
  await second.connection.query(fold)
  expect(await awaitJobs(first, job)).toEqual({ is_ours: true, ended: '{"value": null}' })
})

test("jobs are stored with their checkpoint: another statement for the same one stores none", async () => {
  const { first, job } = await gatherer()
  expect((await gather(first, job)).job_ids).toHaveLength(1)
  expect(await gather(first, job)).toEqual({ is_ours: true, job_ids: null })
  expect(await database.rows("select count(*)::int from sluice.jobs where name = 'child'")).toEqual([
    { count: 1 },
  ])
})

test("a drainer that has lost its job stores none", async () => {
  const { first, job } = await gatherer()
  const stale = { ...job, fence: job.fence - 1 }
  expect(await gather(first, stale)).toMatchObject({ is_ours: false })
  expect(await awaitJobs(first, stale)).toMatchObject({ is_ours: false })
  expect(await database.rows("select count(*)::int from sluice.jobs where name = 'child'")).toEqual([
    { count: 0 },
  ])
})

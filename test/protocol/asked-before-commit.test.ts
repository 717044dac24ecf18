import { createSluice, type Queryable, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const CLOSE = "select due from sluice.close_drainer($1, $2, '{any}', '{}')"
const database = await createDatabase()

test("a drainer that leaves while an enqueue that counts on it commits sees the job", async () => {
  const leaving = await openSession(database)
  const storing = await database.connect()
  await storing.query("begin")
  expect(await store(storing)).toBe(true)
  const closed = leaving.connection.query(CLOSE, [leaving.drainerId, leaving.backendPid])
  await Promise.race([closed, isWaitingForStorers()])

  await storing.query("commit")

  expect((await closed).rows).toEqual([{ due: true }])
  await storing.end()
  await leaving.end()
  await database.pool.query("delete from sluice.jobs")
})

test("a drainer that leaves waits only a moment for an enqueue that doesn't commit, and hands over as if work were due", async () => {
  const leaving = await openSession(database)
  const storing = await database.connect()
  await storing.query("begin")
  await store(storing)

  await leaving.connection.query("set statement_timeout = '10s'")
  const { rows } = await leaving.connection.query(CLOSE, [leaving.drainerId, leaving.backendPid])

  expect(rows).toEqual([{ due: true }])
  await storing.query("rollback")
  await storing.end()
  await leaving.end()
})

test("while a drainer leaves, an enqueue counts on the others alone", async () => {
  const [staying, leaving] = [await openSession(database), await openSession(database)]
  await leaving.connection.query("begin")
  await leaving.connection.query(CLOSE, [leaving.drainerId, leaving.backendPid])
  expect(await store(database.pool)).toBe(true)
  await staying.end()
  expect(await store(database.pool)).toBe(false)
  await leaving.connection.query("rollback")
  await leaving.end()
})

test("drainers that leave at the same time don't wait for each other", async () => {
  const [one, other] = [await openSession(database), await openSession(database)]
  await one.connection.query("begin")
  await one.connection.query(CLOSE, [one.drainerId, one.backendPid])
  await database.pool.query("delete from sluice.jobs")
  const { rows } = await other.connection.query(CLOSE, [other.drainerId, other.backendPid])
  expect(rows).toEqual([{ due: false }])
  await one.connection.query("rollback")
  await Promise.all([one.end(), other.end()])
})

test("while somebody leaves, an enqueue counts on nobody and asks after its commit", async () => {
  const staying = await openSession(database)
  const leaving = await database.connect()
  await leaving.query("begin")
  await leaving.query("select pg_advisory_lock(sluice.lock_space('storing'), 0)")
  expect(await store(database.pool)).toBe(false)

  const statements: string[] = []
  const counted: Queryable = {
    query(text, values) {
      statements.push(text)
      return database.pool.query(text, values)
    },
  }
  let wakes = 0
  const wake = async () => void wakes++
  const sluice = createSluice({ database: counted, wake })
  await sluice.enqueue("any", {})
  expect([statements.length, wakes]).toEqual([2, 0])

  await leaving.query("commit")
  await leaving.query("select pg_advisory_unlock(sluice.lock_space('storing'), 0)")
  await sluice.enqueue("any", {})
  expect([statements.length, wakes]).toEqual([3, 0])
  await leaving.end()
  await staying.end()
})

/** Stores a job, and returns whether a drainer is awake for it. */
async function store(session: Queryable): Promise<boolean> {
  const { rows } = await session.query(
    "select (sluice.store_job(p_schema_version => $1, p_name => 'any', p_payload => '{}', p_asks => true)).attended",
    [SCHEMA_VERSION],
  )
  return rows[0].attended
}

async function isWaitingForStorers(): Promise<void> {
  await eventually(async () =>
    expect(
      await database.rows(
        `select from pg_locks l join pg_stat_activity a using (pid)
         where a.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
      ),
    ).toHaveLength(1),
  )
}

import { createSluice, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test("a job stored between a drainer's last claim and its end is seen as it leaves, with the slot already free", async () => {
  const database = await createDatabase()
  const session = await database.connect()
  const { id, backend_pid } = (
    await session.query("select * from sluice.open_drainer($1, 1, 'test')", [SCHEMA_VERSION])
  ).rows[0]
  const claim = () =>
    session.query("select jobs from sluice.claim($1, $2, 10, '{noop}', null, '{}', '{}')", [id, backend_pid])
  expect((await claim()).rows[0].jobs).toEqual([])

  await createSluice({ database: database.pool }).enqueue("noop", {})
  const closed = await session.query("select due from sluice.close_drainer($1, $2, '{noop}', '{}')", [
    id,
    backend_pid,
  ])

  expect(closed.rows).toEqual([{ due: true }])
  // the session is still there, and another drainer finds the only slot free and the job unlocked
  const other = await database.connect()
  const opened = (await other.query("select * from sluice.open_drainer($1, 1, 'other')", [SCHEMA_VERSION]))
    .rows[0]
  expect(opened.slot).toBe(1)
  const taken = await other.query(
    "select jobs, dead from sluice.claim($1, $2, 10, '{noop}', null, '{}', '{}')",
    [opened.id, opened.backend_pid],
  )
  expect(taken.rows[0].jobs).toHaveLength(1)
  expect(taken.rows[0].dead).toBe(false)
  await Promise.all([session.end(), other.end()])
})

test("work that another drainer is performing is not due", async () => {
  const database = await createDatabase()
  await createSluice({ database: database.pool }).enqueue("noop", {})
  const [first, second] = [await database.connect(), await database.connect()]
  const open = async (session: typeof first) =>
    (await session.query("select * from sluice.open_drainer($1, 2, 'test')", [SCHEMA_VERSION])).rows[0]
  const [busy, leaving] = [await open(first), await open(second)]
  await first.query("select from sluice.claim($1, $2, 10, '{noop}', null, '{}', '{}')", [
    busy.id,
    busy.backend_pid,
  ])

  const closed = await second.query("select due from sluice.close_drainer($1, $2, '{noop}', '{}')", [
    leaving.id,
    leaving.backend_pid,
  ])

  expect(closed.rows).toEqual([{ due: false }])
  await Promise.all([first.end(), second.end()])
})

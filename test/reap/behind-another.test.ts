import { defineJob, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a dead drainer that can't be reaped, because somebody holds a row of its job, keeps no other from it", async () => {
  const database = await createDatabase()
  const performed: string[] = []
  const job = defineJob({ name: "noop", perform: (_payload, { id }) => void performed.push(id) })
  const { sluice, drainOnce } = drainable(database, [job])
  const { id: held } = await sluice.enqueue("noop", {})
  const first = await claimingSession(database)
  const { id: free } = await sluice.enqueue("noop", {})
  const second = await claimingSession(database)

  const terminal = await database.connect()
  await terminal.query("begin")
  await terminal.query("select from sluice.jobs where id = $1 for update", [held])
  await first.end()
  await second.end()

  const { interrupted } = await drainOnce()
  expect({ interrupted, performed }).toEqual({ interrupted: 1, performed: [free] })

  await terminal.query("rollback")
  await terminal.end()
  expect(await drainOnce()).toMatchObject({ interrupted: 1, succeeded: 1 })
  expect(performed).toEqual([free, held])
})

/** A drainer that has claimed what there is. */
async function claimingSession(database: TestDatabase) {
  const session = await database.connect()
  const { rows } = await session.query("select * from sluice.open_drainer($1, 100, 'dies', 60000)", [
    SCHEMA_VERSION,
  ])
  await session.query("select from sluice.claim($1, $2, 10, '{noop}', null, '{}', '{}')", [
    rows[0].id,
    rows[0].backend_pid,
  ])
  return session
}

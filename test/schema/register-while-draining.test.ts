import { type Connection, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

// Drainers open and close while a deployment registers its definitions. Each holds rows that the other comes to.

const database = await createDatabase()
const a = defineJob({ name: "a", perform() {} })
const b = defineJob({ name: "b", perform() {} })
const added = defineJob({ name: "added", perform() {} })

test("a drainer that closes doesn't deadlock with a deployment that no longer has one of its names", async () => {
  await migrate(database.url, { jobs: [a, b] })
  const closing = await openTransaction()
  await closing.query(`select sluice.remember_durations('{"a": [1]}')`)
  const migrated = migrate(database.url, { jobs: [b] })
  await eventually(expectWaiting)
  await closing.query(`select sluice.remember_durations('{"b": [1]}')`)
  await closing.query("commit")
  expect(await migrated).toEqual({ applied: [] })
})

test("a drainer that opens doesn't deadlock with a deployment that has a new name", async () => {
  await migrate(database.url, { jobs: [] })
  await database.pool.query(`select sluice.note_definitions('[{"name": "b"}]')`)
  const opening = await openTransaction()
  await opening.query(`select sluice.note_definitions('[{"name": "b", "queue": "other"}]')`)
  const migrated = migrate(database.url, { jobs: [b, added] })
  await eventually(expectWaiting)
  await opening.query(`select sluice.note_definitions('[{"name": "added"}]')`)
  await opening.query("commit")
  expect(await migrated).toEqual({ applied: [] })
})

async function openTransaction(): Promise<Connection> {
  const connection = await database.connect()
  onTestFinished(() => connection.end())
  await connection.query("begin")
  return connection
}

async function expectWaiting(): Promise<void> {
  const waiting = await database.rows(
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  )
  expect(waiting).toHaveLength(1)
}

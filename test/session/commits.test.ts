import { defineJob, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "job", perform() {} })])

test("a drainer waits for the disk when it writes an outcome, not when it opens, closes or measures", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("job", {})
  const fence = (await session.claim("job"))[0]?.fence
  const { drainerId, backendPid } = session
  const outcome = JSON.stringify([{ id, fence, outcome: "discarded", charges_attempt: true, duration_ms: 1 }])

  expect(await commitOf("select sluice.settle($1, $2, $3)", [drainerId, backendPid, outcome])).toBe("on")
  expect(await commitOf("select sluice.note_measures('[]')")).toBe("off")
  expect(await commitOf("select sluice.open_drainer($1, 10, 'another')", [SCHEMA_VERSION])).toBe("off")
  const close = "select sluice.close_drainer($1, $2, '{job}', '{}')"
  expect(await commitOf(close, [drainerId, backendPid])).toBe("off")
  await session.end()

  async function commitOf(statement: string, values: unknown[] = []): Promise<string> {
    await session.connection.query("begin")
    await session.connection.query(statement, values)
    const { rows } = await session.connection.query("show synchronous_commit")
    await session.connection.query("commit")
    return rows[0].synchronous_commit
  }
})

test("a drain ends at once although another one is adding its durations, and leaves out its own", async () => {
  await drainOnce()
  const other = await database.connect()
  await other.query("begin")
  await other.query("select from sluice.definitions where name = 'job' for no key update")
  await sluice.enqueue("job", {})
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await durations()).toEqual([])
  await other.query("rollback")
  await other.end()

  await sluice.enqueue("job", {})
  await drainOnce()
  expect((await durations()).reduce((sum, count) => sum + count, 0)).toBe(1)
})

async function durations(): Promise<number[]> {
  return (
    await database.rows("select to_json(durations) as counts from sluice.definitions where name = 'job'")
  )[0].counts
}

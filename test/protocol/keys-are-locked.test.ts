import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { openTwoSessions } from "./two-sessions.ts"

// The permits of a key are counted and freed under the key's lock, so whoever comes second sees what the first has done.
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const enqueue = () => sluice.enqueue("any", {}, { concurrencyKey: "one" })

test("of two claims at once under a key with a limit of one, one gets a job", async () => {
  const { first, second } = await openTwoSessions(database)
  await enqueue()
  await first.connection.query("begin")
  expect(await first.claim("any")).toHaveLength(1)
  await enqueue()
  expect(await second.claim("any"), "while the first has not committed").toEqual([])
  await first.connection.query("commit")
  expect(await database.rows("select count(*)::int from sluice.permits")).toEqual([{ count: 1 }])
})

test("a job that is blocked while the holder of its key ends is made ready by that end", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await enqueue()
  await first.claim("any")
  const next = await enqueue()
  await second.connection.query("begin")
  expect(await second.claim("any"), "there is no room").toEqual([])

  const ended = first.settle({ id, fence: 0, outcome: "succeeded" })
  await Promise.race([ended, isAnybodyWaiting()])
  await second.connection.query("commit")
  await ended
  expect(await database.rows("select id::text, state from sluice.jobs")).toEqual([
    { id: next.id, state: "ready" },
  ])
})

function isAnybodyWaiting(): Promise<void> {
  const waiting =
    "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'"
  return eventually(async () => expect(await database.rows(waiting)).toHaveLength(1))
}

import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { openTwoSessions } from "./two-sessions.ts"

// Of a key whose jobs run in order, only one has its turn, and nobody comes too late to be seen.
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const KEY = { concurrencyKey: "one", concurrencyOrder: "enqueued" } as const
const enqueue = (options = {}) => sluice.enqueue("any", {}, { ...KEY, ...options })
const state = async (id: string) =>
  (await database.rows("select state from sluice.jobs where id = $1", [id]))[0]?.state
beforeEach(() => database.pool.query("update sluice.ticks set ticked_at = 'infinity'")) // nobody repairs

test("a job that is put behind another while that ends is made ready by that end", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await enqueue()
  await first.claim("any")
  const next = await enqueue()
  await second.connection.query("begin")
  expect(await second.claim("any"), "it isn't its turn").toEqual([])

  const ended = first.settle({ id, fence: 0, outcome: "succeeded" })
  await Promise.race([ended, somebodyWaits()])
  await second.connection.query("commit")
  await ended
  expect(await state(next.id)).toBe("ready")
})

test("a job that is put behind another while that is canceled is made ready by the cancellation", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await enqueue({ delay: "1h" })
  const next = await enqueue()
  await first.connection.query("begin")
  expect(await first.claim("any"), "it isn't its turn").toEqual([])

  const canceled = sluice.cancelJob(id)
  await Promise.race([canceled, somebodyWaits()])
  await first.connection.query("commit")
  await canceled
  expect(await state(next.id)).toBe("ready")
})

test("an enqueue waits for one of the same key that isn't committed, so the smaller id is seen first", async () => {
  const { first } = await openTwoSessions(database)
  const client = await database.pool.connect()
  await client.query("begin")
  const early = await enqueue({ transaction: client })
  await sluice.enqueue("any", {}, { ...KEY, concurrencyKey: "other" }) // which doesn't wait
  const late = enqueue()
  await Promise.race([late, somebodyWaits()])
  expect(
    (await first.claim("any")).map(({ id }) => id),
    "which is the one of the other key",
  ).toHaveLength(1)
  await client.query("commit")
  client.release()
  expect(Number((await late).id)).toBeGreaterThan(Number(early.id))
  expect((await first.claim("any")).map(({ id }) => id)).toEqual([early.id])
})

function somebodyWaits(): Promise<void> {
  const waiting =
    "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'"
  return eventually(async () => expect(await database.rows(waiting)).toHaveLength(1))
}

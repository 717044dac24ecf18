import { defineEvent, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const started = defineEvent<{ n: number }>("started")
const answered = defineEvent<{ n: number }>("answered")

const waiting = new Set<number>()
const wait = defineJob({
  name: "wait",
  on: [started],
  async perform({ n }, { openEventWait, step, waitForEvent }) {
    await openEventWait(answered, { match: { n } })
    await step("ask", () => void waiting.add(n))
    return (await waitForEvent(answered, { match: { n }, timeout: "1h" })).n
  },
})
const { sluice, drainOnce } = drainable(database, [wait])

const JOBS = 300

/** Answers those that wait, each in a transaction of its own that stays open for a while, and of which every fourth is first rolled back. */
async function answer(n: number): Promise<void> {
  const client = await database.connect()
  for (const end of n % 4 === 0 ? ["rollback", "commit"] : ["commit"]) {
    await client.query("begin")
    await sluice.emit(answered, { n }, { transaction: client as never })
    await client.query("select pg_sleep($1)", [(n % 7) / 100])
    await client.query(end)
  }
  await client.end()
}

test("each of many jobs gets its event, whenever its emit is committed, once, and nobody deadlocks", async () => {
  await drainOnce() // registers what it subscribes to
  const answers: Promise<void>[] = []
  const failures: unknown[] = []
  const answerWaiting = () => {
    for (const n of waiting) answers.push(answer(n).catch((error) => void failures.push(error)))
    waiting.clear()
  }
  const answering = setInterval(answerWaiting, 5)
  const draining = [drainOnce({ linger: "3s" }), drainOnce({ linger: "3s" })]
  for (let n = 0; n < JOBS; n++) await sluice.emit(started, { n }, { idempotencyKey: `${n}` })
  await eventually(async () => expect(answers).toHaveLength(JOBS), 20_000)
  clearInterval(answering)
  await Promise.all(answers)
  expect(failures).toEqual([])
  await Promise.all(draining)
  await eventually(async () => {
    await drainOnce()
    const [{ ended }] = await database.rows(
      "select count(*)::int as ended from sluice.finished where state = 'succeeded'",
    )
    expect(ended).toBe(JOBS)
  }, 20_000)
  expect(await database.rows("select payload from sluice.finished where payload->'n' <> result")).toEqual([])
  expect(await database.rows("select from sluice.event_waits")).toEqual([])
  const [{ deadlocks }] = await database.rows(
    "select deadlocks::int from pg_stat_database where datname = current_database()",
  )
  expect(deadlocks).toBe(0)
})

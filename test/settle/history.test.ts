import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const ends = defineJob({
  name: "ends",
  backoff: { base: 0 },
  async perform({ well }: { well: boolean }, { attempt }) {
    await wait(20)
    if (attempt === 1 || !well) throw new Error("failed")
    return { sent: true }
  },
})
const { sluice, drainOnce } = drainable(database, [ends])

const options = {
  queue: "mail",
  priority: 7,
  maxAttempts: 2,
  uniqueKey: "u-1",
  concurrencyKey: "c-1",
  tags: ["a", "b"],
  metadata: { trace: "t-1" },
}

test.each([
  ["succeeded", true, { sent: true }],
  ["discarded", false, null],
])("a %s job's row of history has all that was known of it", async (state, well, result) => {
  const { id } = await sluice.enqueue(ends, { well }, options)
  const [live] = await database.rows("select enqueued_at from sluice.jobs")
  await drainOnce({ label: "first" })
  while ((await database.rows("select from sluice.jobs")).length > 0) await drainOnce()
  const [drainer] = await database.rows("select id from sluice.drainers order by id desc limit 1")

  const [row, ...others] = await database.rows("select * from sluice.finished where state = $1", [state])
  expect(others).toEqual([])
  expect(row).toEqual({
    id,
    name: "ends",
    payload: { well },
    payload_day: null,
    state,
    reason: null,
    result,
    queue: "mail",
    priority: 7,
    attempts: 2,
    max_attempts: 2,
    unique_key: "u-1",
    concurrency_key: "c-1",
    further_keys: null,
    fair_key: null,
    batch_id: null,
    callback_of: null,
    tags: ["a", "b"],
    metadata: { trace: "t-1" },
    enqueued_at: live.enqueued_at,
    run_at: expect.any(Date),
    started_at: expect.any(Date),
    finished_at: expect.any(Date),
    duration_ms: expect.any(Number),
    drainer_id: drainer.id,
  })
  expect(row.run_at.getTime()).toBeGreaterThanOrEqual(row.enqueued_at.getTime()) // of the retry
  expect(row.started_at.getTime()).toBeGreaterThanOrEqual(row.run_at.getTime() - 5)
  expect(row.duration_ms).toBeGreaterThanOrEqual(19)
  expect(row.finished_at - row.started_at).toBeGreaterThanOrEqual(row.duration_ms - 1)
  expect(row.finished_at - row.started_at).toBeLessThan(5_000)

  for (const table of ["jobs", "permits", "claims"]) {
    expect(await database.rows(`select * from sluice.${table}`)).toEqual([])
  }
})

test("getJob tells the same of a finished job", async () => {
  const { id } = await sluice.enqueue(ends, { well: true }, options)
  const live = await sluice.getJob(id)
  expect(live).toMatchObject({
    id,
    state: "ready",
    attempts: 0,
    result: null,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    errors: [],
  })
  while ((await database.rows("select from sluice.jobs")).length > 0) await drainOnce()

  expect(await sluice.getJob(id)).toEqual({
    ...live,
    state: "succeeded",
    attempts: 2,
    result: { sent: true },
    runAt: expect.any(Date),
    startedAt: expect.any(Date),
    finishedAt: expect.any(Date),
    durationMs: expect.any(Number),
    errorCount: 1,
    errors: [expect.objectContaining({ attempt: 1, outcome: "retried", class: "Error", message: "failed" })],
    executions: [
      expect.objectContaining({ attempt: 1, outcome: "retried" }),
      expect.objectContaining({ attempt: 2, outcome: "succeeded" }),
    ],
  })
})

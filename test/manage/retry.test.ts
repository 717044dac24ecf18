import { createSluice, defineJob, drain, JobStateError, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
let isBroken = true
const jobs = [
  defineJob({
    name: "fails",
    maxAttempts: 1,
    perform() {
      if (isBroken) throw new Error("broken")
      return { mended: true }
    },
  }),
  defineJob({ name: "noop", perform() {} }),
]
let wakes = 0
const sluice: Sluice = createSluice({ database: database.pool, jobs, wake: async () => void wakes++ })
const drainOnce = () => drain(sluice, { connect: database.connect })

/** A job that has been discarded. */
async function discard(options = {}, payload: Record<string, unknown> = {}): Promise<string> {
  isBroken = true
  const { id } = await sluice.enqueue("fails", payload, options)
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded" })
  return id
}

test("a discarded job is performed again, as it was enqueued, with its history", async () => {
  const kept = {
    queue: "mail",
    priority: 3,
    tags: ["a"],
    metadata: { b: 2 },
    uniqueKey: "u",
    concurrencyKey: "c",
  }
  const id = await discard({ ...kept, concurrencyLimit: 4 }, { text: "x".repeat(5_000) })
  const before = await sluice.getJob(id)
  isBroken = false
  wakes = 0
  expect(await sluice.retryJob(id, { retriedBy: "ada" })).toEqual({ id, state: "ready" })
  expect(wakes).toBe(1)
  const { concurrencyLimit: _, ...known } = { concurrencyLimit: 4, ...kept }
  expect(await sluice.getJob(id)).toMatchObject({
    ...known,
    attempts: 0,
    payload: before?.payload,
    enqueuedAt: before?.enqueuedAt,
    errors: before?.errors,
    retries: [
      { by: "ada", state: "discarded", attempts: 1, finishedAt: before?.finishedAt, at: expect.any(Date) },
    ],
  })
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    attempts: 1,
    result: { mended: true },
    errors: [{ message: "broken" }],
    retries: [{ by: "ada" }],
  })
  expect(
    await database.rows("select from sluice.finished where id = $1", [id]),
    "history has it once",
  ).toHaveLength(1)
})

test("a canceled job is retried, and a job more than once", async () => {
  const { id } = await sluice.enqueue("noop", {}, { delay: "1h" })
  for (const by of ["first", "second"]) {
    await sluice.cancelJob(id)
    await sluice.retryJob(id, { retriedBy: by })
  }
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    retries: [
      { by: "first", state: "canceled" },
      { by: "second", state: "canceled" },
    ],
  })
})

test("of several that retry a job at once, one does", async () => {
  const id = await discard()
  const results = await Promise.allSettled(Array.from({ length: 4 }, () => sluice.retryJob(id)))
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
  expect(await database.rows("select from sluice.retries where job_id = $1", [id])).toHaveLength(1)
})

test("a job whose unique key another job has by now is refused, and stays in the history", async () => {
  const id = await discard({ uniqueKey: "taken" })
  await sluice.enqueue("fails", {}, { uniqueKey: "taken", delay: "1h" })
  const refused = sluice.retryJob(id)
  await expect(refused).rejects.toBeInstanceOf(JobStateError)
  await expect(refused).rejects.toMatchObject({ code: "unique_key_taken" })
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", retries: [] })
  await expect(sluice.retryJob({ name: "fails", uniqueKey: "taken" })).rejects.toMatchObject({
    code: "unique_key_taken",
  })
})

test("the job of a unique key that is retried is the last one that finished", async () => {
  await discard({ uniqueKey: "last" })
  const id = await discard({ uniqueKey: "last" })
  expect(await sluice.retryJob({ name: "fails", uniqueKey: "last" })).toEqual({ id, state: "ready" })
})

test("a job on a paused queue waits until the queue is resumed", async () => {
  const id = await discard({ queue: "pausing" })
  await sluice.pauseQueue("pausing")
  expect(await sluice.retryJob(id)).toEqual({ id, state: "blocked" })
})

test("a job that has succeeded, has not finished or is unknown is refused", async () => {
  const { id } = await sluice.enqueue("noop", {})
  await expect(sluice.retryJob(id)).rejects.toMatchObject({ code: "job_not_finished" })
  await drainOnce()
  await expect(sluice.retryJob(id)).rejects.toMatchObject({ code: "job_succeeded" })
  await expect(sluice.retryJob("999999")).rejects.toMatchObject({ code: "job_not_found" })
})

test("a job that was just settled is retried once its drainer has released it", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("noop", {})
  const fence = (await session.claim("noop"))[0]?.fence as number
  await session.settle({ id, fence, outcome: "discarded" })
  const retrying = sluice.retryJob(id)
  await session.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
  expect(await retrying).toEqual({ id, state: "ready" })
  await session.end()
})

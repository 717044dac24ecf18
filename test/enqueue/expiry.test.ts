import { createSluice, defineJob, drain, JobExpiredError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const { connect } = database
const performed: string[] = []
const discarded: unknown[] = []
const hooks = { onDiscard: (job: unknown, error: unknown) => void discarded.push([job, error]) }
const mail = defineJob({ name: "mail", expiresIn: "6h", hooks, perform: () => void performed.push("mail") })
const plain = defineJob({ name: "plain", perform: () => void performed.push("plain") })
const sluice = createSluice({ database: database.pool, jobs: [mail, plain], defaults: { expiresIn: "2d" } })
const byName = createSluice({ database: database.pool, defaults: { expiresIn: "3d" } })

const expiresInMs = async (id: string) => {
  const job = await sluice.getJob(id)
  return job?.expiresAt && job.expiresAt.getTime() - job.runAt.getTime()
}
const HOUR_MS = 3_600_000
/** As if so much time had passed. */
const age = (id: string) =>
  database.pool.query("update sluice.jobs set expires_at = now() - interval '1 second' where id = $1", [id])

test("a call, the definition and the defaults say when a job expires, in this order, from when it is due", async () => {
  expect(await expiresInMs((await mail.enqueue({}, { delay: "1d" })).id)).toBe(6 * HOUR_MS)
  expect(await expiresInMs((await mail.enqueue({}, { expiresIn: "1h" })).id)).toBe(HOUR_MS)
  expect(await expiresInMs((await plain.enqueue({})).id)).toBe(48 * HOUR_MS)
  const expiresAt = new Date("2090-01-01T00:00:00Z")
  expect(await sluice.getJob((await mail.enqueue({}, { expiresAt })).id)).toMatchObject({ expiresAt })
  await database.pool.query("delete from sluice.jobs")
})

test("a job that comes by name expires as its registered definition says, else as the defaults do", async () => {
  expect(await expiresInMs((await byName.enqueue("mail", {})).id)).toBe(72 * HOUR_MS)
  await migrate(database.pool, { jobs: [mail, plain], unknownNames: "accept" })
  expect(await expiresInMs((await byName.enqueue("mail", {})).id)).toBe(6 * HOUR_MS)
  expect(await expiresInMs((await byName.enqueue("plain", {})).id)).toBe(72 * HOUR_MS)
  const [{ id }] = await database.rows("select sluice.enqueue('mail')::text as id")
  expect(await expiresInMs(id)).toBe(6 * HOUR_MS)
  await database.pool.query("delete from sluice.jobs")
})

test("an expired job isn't performed but canceled with the reason, whatever it waits for, and onDiscard is told", async () => {
  performed.length = 0
  const ready = await mail.enqueue({}, { tags: ["t"] })
  const scheduled = await mail.enqueue({}, { delay: "1h" })
  const paused = await plain.enqueue({}, { queue: "paused" })
  await sluice.pauseQueue("paused")
  const good = await mail.enqueue({})
  for (const { id } of [ready, scheduled, paused]) await age(id)
  await drain(sluice, { connect })
  for (const { id } of [ready, scheduled, paused])
    expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", reason: "expired", attempts: 0 })
  expect(await sluice.getJob(good.id)).toMatchObject({ state: "succeeded", reason: null })
  expect(performed).toEqual(["mail"])
  expect(discarded).toHaveLength(2)
  expect(discarded).toContainEqual([
    expect.objectContaining({ id: ready.id, name: "mail", attempt: 0, tags: ["t"] }),
    expect.any(JobExpiredError),
  ])
})

test("a job that has begun doesn't expire, nor do its retries", async () => {
  let attempts = 0
  const flaky = defineJob({
    name: "flaky",
    expiresIn: "1h",
    backoff: 0,
    async perform(_, { attempt }) {
      attempts++
      if (attempt > 1) return
      await database.pool.query("update sluice.jobs set expires_at = now() - interval '1 second'")
      await drain(createSluice({ database: database.pool, jobs: [plain] }), { connect }) // looks for expired jobs, too
      throw new Error("again")
    },
  })
  const inner = createSluice({ database: database.pool, jobs: [flaky] })
  const { id } = await flaky.enqueue({})
  await drain(inner, { connect })
  if (attempts === 1) {
    await inner.runJobNow(id).catch(() => {})
    await drain(inner, { connect })
  }
  expect(await inner.getJob(id)).toMatchObject({ state: "succeeded" })
})

test("a job that is retried after it has expired doesn't expire again", async () => {
  const { id } = await plain.enqueue({})
  await age(id)
  await drain(sluice, { connect })
  await sluice.retryJob(id)
  expect(await sluice.getJob(id)).toMatchObject({ expiresAt: null, reason: null })
  await drain(sluice, { connect })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" })
})

test("2,000 expired jobs are canceled in one drain", async () => {
  await sluice.enqueueMany(Array.from({ length: 2_000 }, () => ({ name: "plain" })))
  await database.pool.query("update sluice.jobs set expires_at = now() - interval '1 second'")
  await drain(sluice, { connect })
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

import { createSluice, defineJob, drain, InvalidPayloadError, JobStateError, type Sluice } from "@sluice/core"
import * as v from "valibot"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const performed: { id: string; payload: unknown }[] = []
const perform = (payload: unknown, { id }: { id: string }) => void performed.push({ id, payload })
const jobs = [
  defineJob({ name: "noop", perform }),
  defineJob({ name: "checked", input: v.object({ to: v.string() }), perform }),
  defineJob({
    name: "keyed",
    concurrency: { key: ({ to }: { to: string }) => `to ${to}`, limit: 2 },
    perform,
  }),
  defineJob({
    name: "choosy",
    concurrency: {
      key({ to }: { to: string }) {
        if (to === "nobody") throw new Error("no such key")
        return to
      },
      limit: 2,
    },
    perform,
  }),
]
const sluice: Sluice = createSluice({ database: database.pool, jobs })
const byName = createSluice({ database: database.pool })
const drainOnce = () => drain(sluice, { connect: database.connect })
const read = async (id: string) => (await database.rows("select * from sluice.jobs where id = $1", [id]))[0]

test("all that an update names is changed, and nothing else", async () => {
  const kept = { maxAttempts: 3, timeout: "5s", uniqueKey: "u", concurrencyKey: "c" } as const
  const { id } = await sluice.enqueue("noop", { old: true }, { ...kept, delay: "1h" })
  const before = await read(id)
  const runAt = "2030-01-01T12:00:00.000Z"
  const changes = { runAt, priority: -5, queue: "mail", payload: { new: 1 }, tags: ["a"], metadata: { b: 2 } }
  expect(await sluice.updateJob(id, changes)).toEqual({ id, state: "scheduled" })
  expect(await sluice.getJob(id)).toMatchObject({ ...changes, runAt: new Date(runAt) })
  const { run_at, priority, queue, payload, tags, metadata, ...others } = await read(id)
  expect(before).toMatchObject(others)
  expect(await sluice.updateJob({ name: "noop", uniqueKey: "u" }, {})).toEqual({ id, state: "scheduled" })
})

test("a ready job can be put off, and a scheduled one made due", async () => {
  const { id } = await sluice.enqueue("noop", {})
  expect(await sluice.updateJob(id, { delay: "1h" })).toEqual({ id, state: "scheduled" })
  await drainOnce()
  expect(performed.map((job) => job.id)).not.toContain(id)
  expect(await sluice.updateJob(id, { delay: 0 })).toEqual({ id, state: "ready" })
  await drainOnce()
  expect(performed.map((job) => job.id)).toContain(id)
})

test("a job is held by the pause of the queue that it is moved to, and released by moving it away", async () => {
  await sluice.pauseQueue("asleep")
  const { id } = await sluice.enqueue("noop", {})
  expect(await sluice.updateJob(id, { queue: "asleep" })).toEqual({ id, state: "blocked" })
  expect(await read(id)).toMatchObject({ state: "paused" })
  expect(await sluice.updateJob(id, { queue: "awake" })).toEqual({ id, state: "ready" })
})

test("a blocked job stays blocked", async () => {
  const [, second] = await sluice.enqueueMany(
    Array.from({ length: 2 }, () => ({ name: "noop", options: { concurrencyKey: "full" } })),
  )
  const id = second?.id as string
  expect(await sluice.updateJob(id, { priority: 7 })).toEqual({ id, state: "blocked" })
})

test("a payload that doesn't match the definition's schema changes nothing", async () => {
  const { id } = await sluice.enqueue("checked", { to: "Ada" }, { delay: "1h" })
  const refused = sluice.updateJob(id, { payload: { to: 1 }, priority: 3 })
  await expect(refused).rejects.toBeInstanceOf(InvalidPayloadError)
  expect(await sluice.getJob(id)).toMatchObject({ payload: { to: "Ada" }, priority: 0 })
})

test("a payload may become large and small again, wherever it is kept", async () => {
  const { id } = await sluice.enqueue("noop", { size: "small" }, { delay: "1h" })
  const large = { text: "x".repeat(5_000) }
  const aside = () => database.rows("select payload from sluice.payloads where job_id = $1", [id])
  for (const payload of [large, { ...large, again: true }]) {
    await sluice.updateJob(id, { payload })
    expect(await sluice.getJob(id)).toMatchObject({ payload })
    expect(await aside()).toEqual([{ payload }])
    expect(await read(id)).toMatchObject({ large_bytes: expect.any(Number), features: 4 })
  }
  await sluice.updateJob(id, { tags: ["kept"] })
  expect(await read(id)).toMatchObject({ large_bytes: expect.any(Number) })
  await sluice.updateJob(id, { payload: { size: "small" }, delay: 0 })
  expect(await aside()).toEqual([])
  expect(await read(id)).toMatchObject({ large_bytes: null, features: null })
  await drainOnce()
  expect(performed).toContainEqual({ id, payload: { size: "small" } })
})

test("a payload goes to the app's store if it is too large for the database", async () => {
  const objects = new Map<string, Uint8Array>()
  const store = {
    put: async (key: string, bytes: Uint8Array) => void objects.set(key, bytes),
    get: async (key: string) => objects.get(key),
  }
  const storing = createSluice({ database: database.pool, jobs, payloads: { store, over: "1KB" } })
  const large = { text: "x".repeat(2_000) }
  const { id } = await storing.enqueue("noop", large, { delay: "1h" })
  const [first] = objects.keys()
  await storing.updateJob(id, { payload: { ...large, again: true } })
  expect(await storing.getJob(id)).toMatchObject({ payload: { ...large, again: true } })
  expect(await database.rows("select store_key from sluice.superfluous_objects")).toEqual([
    { store_key: first },
  ])
})

test("a concurrency key that is computed from the payload changes with it, and a given one stays", async () => {
  const computed = await sluice.enqueue("keyed", { to: "Ada" }, { delay: "1h" })
  await sluice.updateJob(computed.id, { payload: { to: "Bob" } })
  expect(await read(computed.id)).toMatchObject({ concurrency_key: "to Bob", concurrency_limit: 2 })
  const given = await sluice.enqueue("keyed", { to: "Ada" }, { delay: "1h", concurrencyKey: "given" })
  await sluice.updateJob(given.id, { payload: { to: "Bob" } })
  expect(await read(given.id)).toMatchObject({ concurrency_key: "given" })

  await drainOnce() // registers the definitions
  await expect(byName.updateJob(computed.id, { payload: { to: "Eve" } })).rejects.toMatchObject({
    code: "definition_needed",
  })
  expect(await sluice.getJob(computed.id)).toMatchObject({ payload: { to: "Bob" } })
})

test("a key that is given is not computed, so that a payload without one may come", async () => {
  const given = await sluice.enqueue("choosy", { to: "Ada" }, { delay: "1h", concurrencyKey: "given" })
  await sluice.updateJob(given.id, { payload: { to: "nobody" } })
  expect(await read(given.id)).toMatchObject({ concurrency_key: "given", payload: { to: "nobody" } })
})

test("a job that runs, has finished or is in a dead drainer's hands isn't changed", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("noop", {}, { queue: "kept" })
  await session.claim("noop")
  const refused = sluice.updateJob(id, { queue: "other" })
  await expect(refused).rejects.toBeInstanceOf(JobStateError)
  await expect(refused).rejects.toMatchObject({ code: "job_running" })
  await session.end()
  await expect(sluice.updateJob(id, { delay: "1h" })).rejects.toMatchObject({ code: "job_running" })
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", queue: "kept" })
  await expect(sluice.updateJob(id, { queue: "other" })).rejects.toMatchObject({ code: "job_finished" })
})

test("a suspect that is put off is performed apart from others all the same", async () => {
  const suspect = async () => {
    const { id } = await sluice.enqueue("noop", {}, { queue: "kept" })
    await database.pool.query(
      `update sluice.jobs set state = 'suspect', suspect_group = 1, died_with = 3 where id = ${id}`,
    )
    return id
  }
  const [due, asked] = [await suspect(), await suspect()]
  await sluice.updateJob(due, { delay: "1h" })
  await database.pool.query(`update sluice.jobs set run_at = now() where id = ${due}`)
  await database.pool.query("select sluice.promote_due()")
  await sluice.updateJob(asked, { delay: "1h" })
  await sluice.runJobNow(asked)
  for (const id of [due, asked]) expect(await read(id)).toMatchObject({ state: "suspect" })
  await sluice.cancelJobs({ ids: [due, asked] })
})

test("a suspect whose new payload decides its concurrency key stays a suspect with it", async () => {
  const { id } = await sluice.enqueue("keyed", { to: "Ada" })
  await database.pool.query(
    `update sluice.jobs set state = 'suspect', concurrency_key = null, features = null, suspect_group = 1, died_with = 3 where id = ${id}`,
  )
  await sluice.updateJob(id, { payload: { to: "Bob" } })
  await database.pool.query("select sluice.set_keys($1)", [JSON.stringify([{ id, key: "to Bob" }])])
  expect(await read(id)).toMatchObject({ state: "suspect", concurrency_key: "to Bob" })
  await sluice.cancelJob(id)
})

import { createSluice, defineJob, drain, UniqueKeyTakenError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const performed: unknown[] = []
const note = defineJob({
  name: "note",
  perform(payload: { version?: number; key?: string }) {
    performed.push(payload)
  },
})
const sluice = createSluice({ database: database.pool, jobs: [note] })
const connect = database.connect

test("a job with the same payload as an unfinished one is deduplicated where no key is given", async () => {
  const first = await note.enqueue({ key: "a", version: 1 }, { unique: {} })
  expect(await note.enqueue({ version: 1, key: "a" }, { unique: {} })).toEqual({
    ...first,
    status: "deduplicated",
  })
  expect(await note.enqueue({ version: 2, key: "a" }, { unique: {} })).toMatchObject({ status: "enqueued" })
  await drain(sluice, { connect })
})

test("while a job waits, another is deduplicated; once a drainer has taken it, not", async () => {
  let second: unknown
  const within = defineJob({
    name: "within",
    unique: { key: "one", while: "waiting" },
    async perform() {
      second ??= await within.enqueue({})
    },
  })
  const inner = createSluice({ database: database.pool, jobs: [within] })
  const first = await within.enqueue({})
  expect(await within.enqueue({})).toEqual({ ...first, status: "deduplicated" })
  expect(await inner.getJob(first.id)).toMatchObject({ uniqueKey: "one" })
  await drain(inner, { connect })
  expect(second).toMatchObject({ status: "enqueued" })
  expect(await inner.getJob((second as { id: string }).id)).toMatchObject({ state: "succeeded" })
})

test("a job that waits for its retry has left its key to the next", async () => {
  const fails = defineJob({
    name: "fails",
    unique: { key: () => "one", while: "waiting" },
    perform() {
      throw new Error("not yet")
    },
  })
  const inner = createSluice({ database: database.pool, jobs: [fails] })
  const first = await fails.enqueue({})
  await drain(inner, { connect })
  expect(await inner.getJob(first.id)).toMatchObject({ state: "scheduled", uniqueKey: null })
  const second = await fails.enqueue({})
  expect(second).toMatchObject({ status: "enqueued" })
  await inner.runJobNow(first.id) // collides with nothing
  await drain(inner, { connect })
  expect((await inner.getJob(first.id))?.attempts).toBe(2)
})

test("a replaced job is performed with the last payload and options, as the same job", async () => {
  performed.length = 0
  const unique = { key: "r", while: "waiting", onConflict: "replace" } as const
  const first = await note.enqueue({ version: 1 }, { unique, delay: "1h", tags: ["old"] })
  const second = await note.enqueue({ version: 2 }, { unique, priority: 3, tags: ["new"] })
  expect(second).toEqual({ id: first.id, status: "replaced", state: "ready" })
  expect(await sluice.getJob(first.id)).toMatchObject({ payload: { version: 2 }, priority: 3, tags: ["new"] })
  await drain(sluice, { connect })
  expect(performed).toEqual([{ version: 2 }])
})

test("a rescheduled job keeps its payload, and is put off no longer than its longest wait", async () => {
  const unique = { key: "d", while: "waiting", onConflict: "reschedule", longestWait: "2h" } as const
  const first = await note.enqueue({ version: 1 }, { unique, delay: "1h" })
  expect(await note.enqueue({ version: 2 }, { unique, delay: "90m" })).toEqual({
    id: first.id,
    status: "rescheduled",
    state: "scheduled",
  })
  await note.enqueue({ version: 3 }, { unique, delay: "5h" })
  const job = await sluice.getJob(first.id)
  expect(job?.payload).toEqual({ version: 1 })
  expect((job?.runAt.getTime() ?? 0) - (job?.enqueuedAt.getTime() ?? 0)).toBe(7_200_000)
})

test("a rejected job throws an error with the job that has the key, and nothing of its batch is stored", async () => {
  const unique = { key: "x", onConflict: "reject" } as const
  const { id } = await note.enqueue({}, { unique })
  const error = await sluice
    .enqueueMany([
      { name: "note", payload: { key: "free" } },
      { name: "note", options: { unique } },
    ])
    .catch((error: unknown) => error)
  expect(error).toBeInstanceOf(UniqueKeyTakenError)
  expect(error).toMatchObject({ code: "unique_key_taken", jobId: id, index: 1 })
})

test("for a period only one job is stored, though it has finished", async () => {
  const unique = { key: "p", for: "1h" } as const
  const first = await note.enqueue({}, { unique })
  await drain(sluice, { connect })
  expect(await note.enqueue({}, { unique })).toEqual({
    id: first.id,
    status: "deduplicated",
    state: "succeeded",
  })
  await database.pool.query("update sluice.unique_periods set until_at = now()")
  expect(await note.enqueue({}, { unique })).toMatchObject({ status: "enqueued" })
})

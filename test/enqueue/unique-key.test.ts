import { createSluice, Discard, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sync = defineJob({ name: "sync", perform() {} })
const fail = defineJob({
  name: "fail",
  maxAttempts: 2,
  perform() {
    throw new Error("not today")
  },
})
const refuse = defineJob({
  name: "refuse",
  perform() {
    throw new Discard("never")
  },
})
const sluice = createSluice({ database: database.pool, jobs: [sync, fail, refuse] })

test("each job of a batch with keys is told its own state, some of them being there already", async () => {
  const there = await sluice.enqueue(sync, {}, { uniqueKey: "told-2", delay: "1h" })
  const results = await sluice.enqueueMany([
    { name: "sync", payload: {}, options: { uniqueKey: "told-1" } },
    { name: "sync", payload: {}, options: { uniqueKey: "told-2" } },
    { name: "sync", payload: {}, options: { uniqueKey: "told-3", delay: "1h" } },
    { name: "sync", payload: {}, options: { uniqueKey: "told-4", delay: "1h" } },
  ])
  expect(results.map(({ status, state }) => `${status} ${state}`)).toEqual([
    "enqueued ready",
    "deduplicated scheduled",
    "enqueued scheduled",
    "enqueued scheduled",
  ])
  expect(results[1]?.id).toBe(there.id)
})

test("while a job with a unique key is unfinished, another enqueue is answered with that job", async () => {
  const first = await sluice.enqueue(sync, { version: 1 }, { uniqueKey: "shop-1" })
  const second = await sluice.enqueue(sync, { version: 2 }, { uniqueKey: "shop-1" })

  expect(first).toMatchObject({ status: "enqueued", state: "ready" })
  expect(second).toEqual({ id: first.id, status: "deduplicated", state: "ready" })
  expect(await database.rows("select payload from sluice.jobs where unique_key = 'shop-1'")).toEqual([
    { payload: { version: 1 } },
  ])
  await drain(sluice, { connect: database.connect })
})

test("the key is free again when its job has succeeded", async () => {
  const first = await sluice.enqueue(sync, {}, { uniqueKey: "shop-2" })
  await drain(sluice, { connect: database.connect })
  const second = await sluice.enqueue(sync, {}, { uniqueKey: "shop-2" })

  expect(second).toMatchObject({ status: "enqueued", state: "ready" })
  expect(second.id).not.toBe(first.id)
  expect(await sluice.getJob(first.id)).toMatchObject({ state: "succeeded", uniqueKey: "shop-2" })
  await drain(sluice, { connect: database.connect })
})

test("the key is free again when its job was discarded", async () => {
  const first = await sluice.enqueue(refuse, {}, { uniqueKey: "shop-3" })
  await drain(sluice, { connect: database.connect })
  expect(await sluice.getJob(first.id)).toMatchObject({ state: "discarded" })
  expect(await sluice.enqueue(refuse, {}, { uniqueKey: "shop-3" })).toMatchObject({ status: "enqueued" })
  await drain(sluice, { connect: database.connect })
})

test("a job that waits for its retry keeps its key", async () => {
  const first = await sluice.enqueue(fail, {}, { uniqueKey: "shop-4" })
  await drain(sluice, { connect: database.connect })
  expect(await sluice.enqueue(fail, {}, { uniqueKey: "shop-4" })).toEqual({
    id: first.id,
    status: "deduplicated",
    state: "scheduled",
  })
})

test("the same key is another one for a job of another name", async () => {
  const [one, other] = await sluice.enqueueMany([
    { name: "sync", options: { uniqueKey: "shared" } },
    { name: "fail", options: { uniqueKey: "shared" } },
  ])
  expect([one, other]).toMatchObject([{ status: "enqueued" }, { status: "enqueued" }])

  for (const [name, first] of [
    ["sync", one],
    ["fail", other],
  ] as const)
    expect(await sluice.enqueue(name, {}, { uniqueKey: "shared" })).toMatchObject({ id: first?.id })
})

test("in one batch the first job with a key is stored, and the others are answered with it", async () => {
  const results = await sluice.enqueueMany(
    ["a", "b", "a", "a", "b"].map((uniqueKey, place) => ({
      name: "sync",
      payload: { place },
      options: { uniqueKey },
    })),
  )
  const [a, b] = [results[0]?.id, results[1]?.id]
  expect(results.map(({ id }) => id)).toEqual([a, b, a, a, b])
  expect(results.map(({ status }) => status)).toEqual([
    "enqueued",
    "enqueued",
    "deduplicated",
    "deduplicated",
    "deduplicated",
  ])
  expect(
    await database.rows("select payload from sluice.jobs where unique_key in ('a', 'b') order by id"),
  ).toEqual([{ payload: { place: 0 } }, { payload: { place: 1 } }])
})

import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const perShop = defineJob({
  name: "per-shop",
  concurrency: { key: ({ shop }: { shop: string }) => `shop:${shop}`, limit: 2 },
  perform() {},
})
const oneAtATime = defineJob({ name: "one-at-a-time", concurrency: { key: "alone" }, perform() {} })
const free = defineJob({ name: "free", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [perShop, oneAtATime, free] })

test("of jobs that come together under one key, as many as may run are ready and the rest are blocked", async () => {
  const results = await sluice.enqueueMany(
    ["a", "b", "a", "a", "b", "b", "a"].map((shop) => ({ name: "per-shop", payload: { shop } })),
  )
  expect(results.map(({ state }) => state)).toEqual([
    "ready",
    "ready",
    "ready",
    "blocked",
    "ready",
    "blocked",
    "blocked",
  ])
  expect(await keysOf(results.map(({ id }) => id))).toEqual(
    ["a", "b", "a", "a", "b", "b", "a"].map((shop) => ({ key: `shop:${shop}`, limit: 2 })),
  )
})

test("the more urgent of them are the ready ones", async () => {
  const results = await sluice.enqueueMany(
    [5, 1, 9, 0].map((priority) => ({ name: "per-shop", payload: { shop: "c" }, options: { priority } })),
  )
  expect(results.map(({ state }) => state)).toEqual(["blocked", "ready", "blocked", "ready"])
})

test("a definition's key may be one for all its jobs, with a limit of one", async () => {
  const results = await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "one-at-a-time" })))
  expect(results.map(({ state }) => state)).toEqual(["ready", "blocked", "blocked"])
})

test("a call's key and limit come before the definition's", async () => {
  const options = { concurrencyKey: "mine", concurrencyLimit: 3 }
  const results = await sluice.enqueueMany([
    ...Array.from({ length: 4 }, () => ({ name: "one-at-a-time" as const, options })),
    { name: "free", options: { concurrencyKey: "own" } },
  ])
  expect(results.map(({ state }) => state)).toEqual(["ready", "ready", "ready", "blocked", "ready"])
  expect(await keysOf(results.map(({ id }) => id))).toEqual([
    ...Array.from({ length: 4 }, () => ({ key: "mine", limit: 3 })),
    { key: "own", limit: 1 },
  ])
})

test("a job that is not due takes no place among the ready ones", async () => {
  const results = await sluice.enqueueMany([
    { name: "free", options: { concurrencyKey: "later", delay: "1h" } },
    { name: "free", options: { concurrencyKey: "later" } },
  ])
  expect(results.map(({ state }) => state)).toEqual(["scheduled", "ready"])
})

test("nor does one that is not stored, because a job with its unique key is there already", async () => {
  const options = { concurrencyKey: "mine", uniqueKey: "one" }
  await sluice.enqueue(free, {}, { uniqueKey: "one", delay: "1h" })
  const results = await sluice.enqueueMany([
    { name: "free", options },
    { name: "free", options: { concurrencyKey: "mine" } },
  ])
  expect(results.map(({ status, state }) => `${status} ${state}`)).toEqual([
    "deduplicated scheduled",
    "enqueued ready",
  ])
})

async function keysOf(ids: string[]) {
  return database.rows(
    `select concurrency_key as key, concurrency_limit as limit
     from sluice.jobs join unnest($1::bigint[]) with ordinality as asked (id, place) using (id) order by place`,
    [ids],
  )
}

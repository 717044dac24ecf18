import { createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const charge = defineJob({ name: "charge", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [charge] })

test("enqueueing again with an idempotency key is answered with the first job, also when that has finished", async () => {
  const first = await sluice.enqueue(charge, { amount: 1 }, { idempotencyKey: "order-1" })
  expect(first).toMatchObject({ status: "enqueued", state: "ready" })
  expect(await sluice.enqueue(charge, { amount: 2 }, { idempotencyKey: "order-1" })).toEqual({
    id: first.id,
    status: "deduplicated",
    state: "ready",
  })

  await drain(sluice, { connect: database.connect })
  expect(await sluice.enqueue(charge, { amount: 3 }, { idempotencyKey: "order-1" })).toEqual({
    id: first.id,
    status: "deduplicated",
    state: "succeeded",
  })
  expect(await database.rows("select payload from sluice.finished")).toEqual([{ payload: { amount: 1 } }])
})

test("a key is remembered for 24 hours, and then means a new job", async () => {
  const first = await sluice.enqueue(charge, {}, { idempotencyKey: "order-2" })
  await age("order-2", "23 hours 59 minutes")
  expect(await sluice.enqueue(charge, {}, { idempotencyKey: "order-2" })).toMatchObject({ id: first.id })

  await age("order-2", "2 minutes")
  const second = await sluice.enqueue(charge, {}, { idempotencyKey: "order-2" })
  expect(second).toMatchObject({ status: "enqueued" })
  expect(second.id).not.toBe(first.id)
  expect(await sluice.enqueue(charge, {}, { idempotencyKey: "order-2" })).toMatchObject({
    id: second.id,
    status: "deduplicated",
  })
})

test("in one batch the first job with a key is stored, and the others are answered with it", async () => {
  const options = { idempotencyKey: "order-3" }
  const results = await sluice.enqueueMany([
    { name: "charge", payload: { place: 0 }, options },
    { name: "charge", payload: { place: 1 }, options },
  ])
  const id = results[0]?.id
  expect(results).toEqual([
    { id, status: "enqueued", state: "ready" },
    { id, status: "deduplicated", state: "ready" },
  ])
})

test("with both keys, the idempotency key remembers the job that the unique key found", async () => {
  const there = await sluice.enqueue(charge, {}, { uniqueKey: "cart-1" })
  const found = await sluice.enqueue(charge, {}, { uniqueKey: "cart-1", idempotencyKey: "order-4" })
  expect(found).toMatchObject({ id: there.id, status: "deduplicated" })

  await drain(sluice, { connect: database.connect })
  expect(await sluice.enqueue(charge, {}, { uniqueKey: "cart-1", idempotencyKey: "order-4" })).toEqual({
    id: there.id,
    status: "deduplicated",
    state: "succeeded",
  })
})

test("in one batch too, the answer is the job that the unique key found, whichever key found it", async () => {
  const there = await sluice.enqueue(charge, {}, { uniqueKey: "cart-2", delay: "1h" })
  const options = { uniqueKey: "cart-2", idempotencyKey: "order-5" }
  const results = await sluice.enqueueMany([
    { name: "charge", options },
    { name: "charge", options },
    { name: "charge", options: { idempotencyKey: "order-5" } },
  ])
  expect(results).toEqual(Array(3).fill({ id: there.id, status: "deduplicated", state: "scheduled" }))
})

async function age(key: string, by: string): Promise<void> {
  await database.pool.query(
    "update sluice.idempotency_keys set created_at = created_at - $2::interval where key = $1",
    [key, by],
  )
}

import { createSluice, defineEvent, defineJob, drain } from "@sluice/core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { openApi } from "../http/api.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const paid = defineEvent("order/paid", z.object({ order: z.number() }))
const invoice = defineJob({ name: "invoice", on: [paid], input: paid.schema, perform() {} })
const waiting = defineJob({
  name: "waiting",
  perform: (_: unknown, { waitForEvent }) => waitForEvent("shipped", { match: { order: 1 } }),
})
const sluice = createSluice({ database: database.pool, jobs: [invoice, waiting] })
const api = await openApi({ sluice })
afterAll(api.close)
beforeAll(async () => {
  await waiting.enqueue({})
  await drain(sluice, { connect: database.connect })
})

const count = async () =>
  (await database.rows("select count(*)::int from sluice.jobs where name = 'invoice'"))[0].count

test("POST /v1/events/{name} enqueues the jobs that subscribe, and returns their ids", async () => {
  const answer = await api.post("/v1/events/order%2Fpaid", { payload: { order: 7 } })
  expect(answer).toMatchObject({ status: 200, body: { jobs: [expect.any(String)], resumed: 0 } })
  const { body: job } = await api.get(`/v1/jobs/${answer.body.jobs[0]}`)
  expect(job).toMatchObject({ name: "invoice", payload: { order: 7 }, state: "ready" })
})

test("it resumes the jobs that wait, and returns how many", async () => {
  expect((await api.post("/v1/events/shipped", { payload: { order: 2 } })).body).toEqual({
    jobs: [],
    resumed: 0,
  })
  expect((await api.post("/v1/events/shipped", { payload: { order: 1 } })).body).toEqual({
    jobs: [],
    resumed: 1,
  })
})

test("a request without a body emits an empty payload", async () => {
  expect(await api.request("POST", "/v1/events/unknown")).toMatchObject({
    status: 200,
    body: { jobs: [], resumed: 0 },
  })
})

test.each([
  ["header", { payload: { order: 1 } }, { "idempotency-key": "a" }],
  ["body", { payload: { order: 1 }, idempotencyKey: "b" }, {}],
])("with an idempotency key in its %s it is carried out once", async (_, body, headers) => {
  const emit = () => api.post("/v1/events/order/paid", body, { headers })
  const before = await count()
  const first = await emit()
  expect((await emit()).body).toEqual(first.body)
  expect(await count()).toBe(before + 1)
})

test("another payload or event under the same Idempotency-Key is refused with 422", async () => {
  const headers = { "idempotency-key": "c" }
  await api.post("/v1/events/order/paid", { payload: { order: 1 } }, { headers })
  for (const [name, order] of [
    ["order/paid", 2],
    ["shipped", 1],
  ])
    expect((await api.post(`/v1/events/${name}`, { payload: { order } }, { headers })).body).toMatchObject({
      status: 422,
      code: "request_differs",
    })
})

test.each([
  ["/v1/events/order/paid", { payload: { order: "7" } }, 422, "invalid_payload"],
  ["/v1/events/a%20b", {}, 422, "invalid_name"],
  ["/v1/events/a", { payload: null }, 422, "invalid_payload"],
  ["/v1/events/a", { payloads: {} }, 422, "unknown_key"],
  ["/v1/events/a", { idempotencyKey: 7 }, 422, "invalid_option"],
])("%s with %j is answered %i", async (path, body, status, code) => {
  expect((await api.post(path, body)).body).toMatchObject({ status, code })
})

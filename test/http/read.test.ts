import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

const enqueue = async (name: string, payload: object, options = {}) =>
  (await api.post("/v1/jobs", { name, payload, options })).body.id as string

test("GET /v1/jobs/{id} tells a succeeded job's result and times", async () => {
  const id = await enqueue("greet", { to: "Ada" })
  await api.drain()

  const { status, body } = await api.get(`/v1/jobs/${id}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    id,
    state: "succeeded",
    attempts: 1,
    result: { greeting: "Hello Ada" },
    errors: [],
  })
  expect(Date.parse(body.finishedAt)).toBeGreaterThanOrEqual(Date.parse(body.enqueuedAt))
})

test("GET /v1/jobs/{id} tells every error of a discarded job", async () => {
  const id = await enqueue("fail", {}, { maxAttempts: 1 })
  await api.drain()

  const { body } = await api.get(`/v1/jobs/${id}`)
  expect(body).toMatchObject({
    state: "discarded",
    attempts: 1,
    result: null,
    errors: [{ attempt: 1, outcome: "discarded", class: "TypeError", message: "This job always fails" }],
  })
})

test("an id that no job has is answered 404", async () => {
  for (const id of ["0", "4711", "281474976710655"]) {
    const { status, body } = await api.get(`/v1/jobs/${id}`)
    expect({ id, status, code: body.code }).toEqual({ id, status: 404, code: "job_not_found" })
  }
})

test("an id that no job can have is answered 422", async () => {
  for (const id of ["abc", "-1", "1.5", "1e3", "0x1", "%00", "9223372036854775808", "9".repeat(2_000)]) {
    const { status, body } = await api.get(`/v1/jobs/${id}`)
    expect({ id, status, code: body.code }).toEqual({ id, status: 422, code: "invalid_id" })
  }
})

test("instants are ISO 8601 and ids are text", async () => {
  const { body } = await api.get(`/v1/jobs/${await enqueue("greet", { to: "Ada" })}`)
  expect(body.id).toBeTypeOf("string")
  expect(new Date(body.enqueuedAt).toISOString()).toBe(body.enqueuedAt)
})

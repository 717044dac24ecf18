import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

const enqueue = async (name: string, payload: object, options = {}) =>
  (await api.post("/v1/jobs", { name, payload, options })).body.id as string

test("POST /v1/jobs/{id}/cancel, /retry and /run return the job as it is then", async () => {
  const id = await enqueue("greet", { to: "Ada" }, { delay: "1h" })
  const post = (verb: string, body?: object) => api.post(`/v1/jobs/${id}/${verb}`, body)
  expect(await post("run")).toMatchObject({ status: 200, body: { id, state: "ready" } })
  expect(await post("cancel")).toMatchObject({ status: 200, body: { id, state: "canceled" } })
  expect(await post("cancel"), "again").toMatchObject({ status: 200, body: { id, state: "canceled" } })
  expect(await post("retry", { retriedBy: "ada" })).toMatchObject({
    status: 200,
    body: { id, state: "ready", attempts: 0, retries: [{ by: "ada", state: "canceled" }] },
  })
})

test("PATCH /v1/jobs/{id} changes the job and returns it", async () => {
  const id = await enqueue("greet", { to: "Ada" }, { delay: "1h" })
  const changes = { queue: "mail", priority: 3, payload: { to: "Bob" }, tags: ["a"], metadata: { b: 1 } }
  const answer = await api.request("PATCH", `/v1/jobs/${id}`, { body: { ...changes, delay: "2h" } })
  expect(answer).toMatchObject({ status: 200, body: { id, state: "scheduled", ...changes } })
})

test("DELETE /v1/jobs/{id} deletes a finished job", async () => {
  const id = await enqueue("anything", {})
  const remove = () => api.request("DELETE", `/v1/jobs/${id}`, { headers: { "content-type": null } })
  expect(await remove()).toMatchObject({ status: 409, body: { code: "job_not_finished" } })
  await api.drain()
  expect(await remove()).toMatchObject({ status: 204, body: undefined })
  expect(await api.get(`/v1/jobs/${id}`)).toMatchObject({ status: 404 })
})

const actions: [method: string, path: string, body?: object][] = [
  ["POST", "/cancel"],
  ["POST", "/run"],
  ["POST", "/retry"],
  ["PATCH", "", { priority: 1 }],
  ["DELETE", ""],
]

test.each(actions)(
  "%s /v1/jobs/{id}%s is answered 404 for an unknown job and 422 for no id",
  async (method, path, body) => {
    for (const [id, status, code] of [
      ["4711000", 404, "job_not_found"],
      ["abc", 422, "invalid_id"],
      ["281474976710656", 422, "invalid_id"],
    ]) {
      const answer = await api.request(method, `/v1/jobs/${id}${path}`, { body })
      expect(answer, String(id)).toMatchObject({ status, body: { status, code } })
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
    }
  },
)

test("a state that forbids it is answered 409 with the reason", async () => {
  const id = await enqueue("greet", { to: "Ada" })
  await api.drain()
  for (const [method, path, code, body] of [
    ["POST", "/cancel", "job_finished"],
    ["POST", "/run", "job_finished"],
    ["POST", "/retry", "job_succeeded"],
    ["PATCH", "", "job_finished", { priority: 1 }],
  ] as const) {
    const answer = await api.request(method, `/v1/jobs/${id}${path}`, { body })
    expect({ path, status: answer.status, code: answer.body.code }).toEqual({ path, status: 409, code })
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
  }
})

const cases: [what: string, changes: unknown, code: string, pointer: string][] = [
  ["a list", [], "invalid_body", ""],
  ["an unknown change", { prority: 1 }, "unknown_key", "/prority"],
  ["what an update can't change", { maxAttempts: 3 }, "unknown_key", "/maxAttempts"],
  ["runAt and delay", { runAt: "2030-01-01T12:00:00Z", delay: 1 }, "invalid_option", "/delay"],
  ["a payload that doesn't match", { payload: { to: 1 } }, "invalid_payload", "/payload/to"],
  ["a payload of null", { payload: null }, "invalid_payload", "/payload"],
  ["a payload that is too large", { payload: { to: "x".repeat(300_000) } }, "payload_too_large", "/payload"],
  ["metadata that is too large", { metadata: { a: "x".repeat(70_000) } }, "payload_too_large", "/metadata"],
]

test.each(cases)(
  "changes with %s are refused, and nothing is changed",
  async (_what, changes, code, pointer) => {
    const id = await enqueue("greet", { to: "Ada" }, { delay: "1h" })
    const before = await api.get(`/v1/jobs/${id}`)
    const body = Array.isArray(changes) ? changes : { priority: 9, ...(changes as object) }
    const answer = await api.request("PATCH", `/v1/jobs/${id}`, { body })
    expect(answer.body).toMatchObject({ code, errors: [{ pointer }] })
    expect([413, 422]).toContain(answer.status)
    expect((await api.get(`/v1/jobs/${id}`)).body).toEqual(before.body)
  },
)

test.each([
  ["a list", [], ""],
  ["an unknown key", { by: "ada" }, "/by"],
  ["a retriedBy that is no text", { retriedBy: 5 }, "/retriedBy"],
])("a retry with %s is refused", async (_what, body, pointer) => {
  const id = await enqueue("greet", { to: "Ada" }, { delay: "1h" })
  await api.post(`/v1/jobs/${id}/cancel`)
  const answer = await api.post(`/v1/jobs/${id}/retry`, body)
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } })
})

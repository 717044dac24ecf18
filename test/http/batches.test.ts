import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const anything = { name: "anything" }

test("a batch is enqueued, read and finished over HTTP", async () => {
  const { status, body, headers } = await api.post("/v1/batches", {
    jobs: [anything, anything],
    properties: { upload: "a.csv" },
    onFinish: { name: "greet", payload: { to: "Ada" } },
  })
  expect({ status, total: body.total }).toEqual({ status: 201, total: 2 })
  expect(headers.get("location")).toBe(`/v1/batches/${body.id}`)
  const read = async () => (await api.get(`/v1/batches/${body.id}`)).body
  expect(await read()).toMatchObject({ state: "open", total: 2, pending: 2, properties: { upload: "a.csv" } })

  await api.drain()
  expect(await read()).toMatchObject({ state: "succeeded", pending: 0, succeeded: 2 })
  const { body: greeted } = await api.get("/v1/jobs?name=greet")
  expect(greeted.jobs).toMatchObject([{ state: "succeeded" }])
  const { body: listed } = await api.get(`/v1/jobs?batch=${body.id}`)
  expect(listed.jobs).toMatchObject([{ batchId: body.id }, { batchId: body.id }])
})

test("a request that is sent again with its Idempotency-Key returns the same batch", async () => {
  const send = (body: object) =>
    api.post("/v1/batches", body, { headers: { "idempotency-key": '"import-1"' } })
  for (const jobs of [[anything, anything], []]) {
    const body = { jobs, properties: { jobs: jobs.length } }
    const headers = { "idempotency-key": `"import-${jobs.length}"` }
    const first = await api.post("/v1/batches", body, { headers })
    expect(await api.post("/v1/batches", body, { headers })).toMatchObject({ status: 201, body: first.body })
    expect((await api.get(`/v1/batches/${first.body.id}`)).body).toMatchObject({ total: jobs.length })
  }
  await send({ jobs: [] })
  expect(await send({ jobs: [anything] })).toMatchObject({ status: 422, body: { code: "request_differs" } })
  const added = await api.post("/v1/batches/1/jobs", { jobs: [] }, { headers: { "idempotency-key": "a" } })
  expect(added).toMatchObject({ status: 422, body: { code: "invalid_idempotency_key" } })
  await api.drain()
})

test("jobs are added while it is open, the rest is canceled, and what failed is retried", async () => {
  const later = { name: "anything", options: { delay: "1h" } }
  const { id } = (await api.post("/v1/batches", { jobs: [later] })).body
  const post = (verb: string, body?: object) => api.post(`/v1/batches/${id}/${verb}`, body)
  expect(await post("jobs", { jobs: [later] })).toMatchObject({
    status: 201,
    body: { jobs: [{ status: "enqueued" }] },
  })
  expect(await post("cancel")).toMatchObject({
    status: 200,
    body: { id, state: "failed", total: 2, canceled: 2, changed: 2, refused: [] },
  })
  expect(await post("jobs", { jobs: [later] })).toMatchObject({
    status: 409,
    body: { code: "batch_finished" },
  })
  expect(await post("retry", { retriedBy: "ada" })).toMatchObject({
    status: 200,
    body: { state: "open", pending: 2, canceled: 0, changed: 2 },
  })
  await api.drain()
  expect((await api.get(`/v1/batches/${id}`)).body).toMatchObject({ state: "succeeded", succeeded: 2 })
})

test.each([
  [{ jobs: "all" }, "/jobs"],
  [{ jobs: [], onfinish: anything }, "/onfinish"],
  [{ jobs: [], onFinish: { name: "greet", payload: { to: 1 } } }, "/onFinish/payload/to"],
  [{ jobs: [], onFinish: { name: "anything", options: { uniqueKey: "a" } } }, "/onFinish/options/uniqueKey"],
  [{ jobs: [], properties: [] }, "/properties"],
  [{ jobs: [], parent: "abc" }, "/parent"],
  [{ jobs: [anything, { name: "nothing" }] }, "/jobs/1/name"],
])("%j is refused with the place of the mistake", async (body, pointer) => {
  const before = await api.rows("select count(*) from sluice.batches")
  const { status, body: problem } = await api.post("/v1/batches", body)
  expect({ status, pointers: problem.errors.map((error: { pointer: string }) => error.pointer) }).toEqual({
    status: 422,
    pointers: [pointer],
  })
  expect(await api.rows("select count(*) from sluice.batches")).toEqual(before)
})

test.each(["cancel", "retry", "jobs"])(
  "%s of an unknown batch is answered 404, and of no id 422",
  async (verb) => {
    const body = verb === "jobs" ? { jobs: [anything] } : undefined
    expect(await api.post(`/v1/batches/99999/${verb}`, body)).toMatchObject({
      status: 404,
      body: { code: "batch_not_found" },
    })
    expect(await api.post(`/v1/batches/abc/${verb}`, body)).toMatchObject({
      status: 422,
      body: { code: "invalid_id" },
    })
  },
)

test.each([
  [{ properties: 5 }, "/properties", "properties is 5"],
  [{ parent: "x" }, "/parent", "parent is"],
  [{ onFinish: { name: "anything", x: 1 } }, "/onFinish/x", "onFinish has no key 'x'"],
  [{ onFinish: { name: {} } }, "/onFinish/name", "onFinish.name is {}: give"],
  [
    { onFinish: { name: "anything", options: { priority: {} } } },
    "/onFinish/options/priority",
    "onFinish.options.priority is",
  ],
])("a batch with %j is answered 422 with the place", async (options, pointer, detail) => {
  const { status, body } = await api.post("/v1/batches", { jobs: [anything], ...options })
  expect({ status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ pointer }] })
  expect(body.detail.startsWith(detail), body.detail).toBe(true)
})

test("what is an object instead of a name is shown as one", async () => {
  const { body } = await api.post("/v1/batches", { jobs: [{ name: {} }] })
  expect(body.detail).toContain("name is {}")
})

import { createSluice, type NewApiKey } from "@sluice/core"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { openApi, useApi } from "./api.ts"

const api = await useApi({ apiKey: "environment-key" })
let key: NewApiKey

beforeEach(async () => {
  await api.rows("truncate sluice.jobs, sluice.batches, sluice.requests, sluice.audit_log cascade")
  key = await api.sluice.createApiKey({ name: "checkout", role: "enqueuer", names: ["anything"] })
})
afterEach(() => {
  vi.useRealTimers()
})

const as = (secret: string, method: string, path: string, body?: unknown, headers = {}) =>
  api.request(method, path, { key: secret, body, headers })

test("a key that was made opens what its role allows", async () => {
  expect((await as(key.secret, "POST", "/v1/jobs", { name: "anything" })).status).toBe(201)
  expect((await as(key.secret, "GET", "/v1/queues")).status).toBe(403)
})

test("a key is refused like a wrong one once it is revoked, after 30 seconds at the latest", async () => {
  vi.useFakeTimers({ toFake: ["Date"] })
  expect((await as(key.secret, "POST", "/v1/jobs", { name: "anything" })).status).toBe(201)
  await api.sluice.revokeApiKey(key.id)
  vi.setSystemTime(Date.now() + 30_000)
  const answer = await as(key.secret, "POST", "/v1/jobs", { name: "anything" })
  expect(answer.body).toMatchObject({ status: 401, code: "wrong_key" })
  expect(answer.headers.get("www-authenticate")).toContain("Bearer")
})

test("an enqueuer stores no job, batch or workflow of another name, whole requests included", async () => {
  const own = { name: "anything" }
  const other = { name: "greet", payload: { to: "x" } }
  const requests: [string, object][] = [
    ["/v1/jobs", other],
    ["/v1/jobs/batch", { jobs: [own, other] }],
    ["/v1/batches", { jobs: [own, other] }],
    ["/v1/batches", { jobs: [own], onFinish: other }],
    ["/v1/batches", { jobs: [own], onSuccess: other }],
    ["/v1/batches", { jobs: [own], onDiscard: other }],
    ["/v1/batches", { jobs: [own], parent: "1" }],
    ["/v1/batches/1/jobs", { jobs: [own] }],
    [
      "/v1/workflows",
      {
        name: "flow",
        steps: [
          { step: "one", ...own },
          { step: "two", ...other },
        ],
      },
    ],
    ["/v1/jobs", { ...own, options: { after: ["1"] } }],
    ["/v1/jobs", { ...own, options: { concurrencyKey: "k", concurrencyLimit: 1 } }],
    ["/v1/events/paid", { payload: {} }],
    ["/v1/waits/token", { value: 1, early: true }],
  ]
  for (const [path, body] of requests) {
    const answer = await as(key.secret, "POST", path, body)
    expect({ path, body, status: answer.status, code: answer.body.code }).toEqual({
      path,
      body,
      status: 403,
      code: "forbidden",
    })
    expect(answer.body.detail).toContain('"checkout" is limited to the jobs anything')
  }
  expect(await api.rows("select id from sluice.jobs union all select id from sluice.batches")).toEqual([])
  expect(await api.rows("select * from sluice.waits")).toEqual([])
})

test("the refusal says which job of a request it is about", async () => {
  const { body } = await as(key.secret, "POST", "/v1/jobs/batch", {
    jobs: [{ name: "anything" }, { name: "fail" }],
  })
  expect(body.detail).toContain('jobs[1] has the name "fail"')
})

test("an enqueuer can't read what it has enqueued", async () => {
  const { body } = await as(key.secret, "POST", "/v1/jobs", { name: "anything" })
  expect((await as(key.secret, "GET", `/v1/jobs/${body.id}`)).status).toBe(403)
  expect((await as(key.secret, "GET", `/v1/jobs/${body.id}?wait=1`)).status).toBe(403)
})

test("an Idempotency-Key belongs to the key that sent it", async () => {
  const other = await api.sluice.createApiKey({ name: "other", role: "enqueuer" })
  const send = (secret: string, name: string) =>
    as(secret, "POST", "/v1/jobs", { name, payload: { to: "x" } }, { "idempotency-key": "order-1" })
  const first = await send(key.secret, "anything")
  const again = await send(key.secret, "anything")
  expect(again.body.id).toBe(first.body.id)
  const others = await send(other.secret, "greet")
  expect(others.status).toBe(201)
  expect(others.body.id).not.toBe(first.body.id)
  const environments = await send("environment-key", "anything")
  expect([first.body.id, others.body.id]).not.toContain(environments.body.id)
  expect((await send("environment-key", "anything")).body.id).toBe(environments.body.id)
})

test("an Idempotency-Key stays that of its key through a rotation", async () => {
  const send = (secret: string) =>
    as(secret, "POST", "/v1/jobs", { name: "anything" }, { "idempotency-key": "order-2" })
  const first = await send(key.secret)
  const { secret } = await api.sluice.rotateApiKey(key.id)
  expect((await send(secret)).body.id).toBe(first.body.id)
})

test("an admin makes, lists, rotates and revokes keys; secrets are shown once", async () => {
  const made = await as("environment-key", "POST", "/v1/api-keys", {
    name: "charts",
    role: "reader",
    expiresIn: "90d",
  })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ name: "charts", role: "reader", createdBy: "environment" })
  expect((await as(made.body.secret, "GET", "/v1/queues")).status).toBe(200)
  const rotated = await as("environment-key", "POST", `/v1/api-keys/${made.body.id}/rotate`, { overlap: 0 })
  expect(rotated.body.secret).not.toBe(made.body.secret)
  expect((await as(rotated.body.secret, "GET", "/v1/queues")).status).toBe(200)
  const revoked = await as("environment-key", "DELETE", `/v1/api-keys/${made.body.id}`)
  expect(revoked.body).toMatchObject({ id: made.body.id, revokedAt: expect.any(String) })
  const { body } = await as("environment-key", "GET", "/v1/api-keys")
  expect(body.keys.map(({ id }: { id: string }) => id)).toContain(made.body.id)
  expect(JSON.stringify(body)).not.toContain(rotated.body.secret.slice(20))
})

test("a key is refused with what is wrong", async () => {
  const create = async (body: unknown) => (await as("environment-key", "POST", "/v1/api-keys", body)).body
  expect(await create({ name: "x", role: "owner" })).toMatchObject({ status: 422, code: "invalid_option" })
  expect(await create({ name: "x", role: "reader", createdBy: "me" })).toMatchObject({ status: 422 })
  expect(await create([])).toMatchObject({ status: 422, code: "invalid_body" })
  expect(await create({ name: "x", role: "reader", names: ["a"] })).toMatchObject({
    status: 422,
    errors: [{ pointer: "/names" }],
  })
})

test("a key whose id was never given is neither rotated nor revoked", async () => {
  const requests = [
    ["POST", "/v1/api-keys/999999/rotate"],
    ["POST", "/v1/api-keys/0/rotate"],
    ["DELETE", "/v1/api-keys/999999"],
  ] as const
  for (const [method, path] of requests)
    expect({ path, ...(await as("environment-key", method, path, {})).body }).toMatchObject({
      path,
      status: 404,
      code: "api_key_not_found",
    })
  const { body } = await as("environment-key", "GET", "/v1/api-keys?after=999998")
  expect(body.keys).toEqual([])
})

test("of the log is read what was done by a verb, and a verb that nobody could have used is refused", async () => {
  await as("environment-key", "POST", "/v1/queues/mail/pause", {})
  const read = (query: string) => as("environment-key", "GET", `/v1/audit-log?${query}`)
  expect((await read("action=pauseQueue")).body.actions).toHaveLength(1)
  expect((await read("action=resumeQueue")).body.actions).toEqual([])
  for (const action of ["pauseQueues", "getJob", "unknown"])
    expect((await read(`action=${action}`)).body).toMatchObject({ status: 422, code: "invalid_option" })
})

test("what a key does is in the audit log, with who and how many", async () => {
  const operator = await api.sluice.createApiKey({ name: "ada", role: "operator" })
  await as("environment-key", "POST", "/v1/jobs/batch", {
    jobs: [{ name: "anything" }, { name: "anything" }],
  })
  await as(operator.secret, "POST", "/v1/jobs/actions", { action: "cancel", filter: { name: "anything" } })
  await as(operator.secret, "POST", "/v1/queues/mail/pause", { for: "5m" })
  await as(operator.secret, "POST", "/v1/jobs/999999/cancel")
  const { body } = await as("environment-key", "GET", "/v1/audit-log?via=api")
  expect(body.actions).toMatchObject([
    { action: "cancelJob", outcome: "failed", detail: { code: "job_not_found" } },
    { action: "pauseQueue", target: { target: "mail", for: "5m" } },
    {
      action: "cancelJobs",
      actor: { id: `key:${operator.id}`, name: "ada" },
      via: "api",
      target: { filter: { name: "anything" } },
      matched: 2,
      changed: 2,
      outcome: "done",
    },
  ])
  const page = await as("environment-key", "GET", "/v1/audit-log?limit=1")
  expect(page.body.actions).toHaveLength(1)
  const next = await as("environment-key", "GET", `/v1/audit-log?limit=1&after=${page.body.next}`)
  expect(next.body.actions[0].action).toBe("pauseQueue")
  expect((await as("environment-key", "GET", "/v1/audit-log?limit=x")).status).toBe(422)
  expect((await as("environment-key", "GET", "/v1/audit-log?who=me")).status).toBe(422)
})

test("keys that were made work without a key of the environment, and no others do", async () => {
  const own = await openApi({ sluice: api.sluice, apiKey: undefined as never })
  const reader = await api.sluice.createApiKey({ name: "reader", role: "reader" })
  expect((await own.request("GET", "/v1/queues", { key: reader.secret })).status).toBe(200)
  expect((await own.request("GET", "/v1/queues", { key: "undefined" })).body).toMatchObject({
    status: 500,
    code: "not_configured",
  })
  await own.close()
})

test("a request with a wrong key, whatever it looks like, causes no query", async () => {
  let queries = 0
  const sluice = createSluice({ database: { query: () => Promise.reject(new Error(String(++queries))) } })
  const own = await openApi({ sluice, apiKey: "environment-key" })
  for (const wrong of ["wrong", "sluice_admin_", `${key.secret}x`, key.secret.replace("enqueuer", "admin")])
    expect((await own.request("GET", "/v1/queues", { key: wrong })).status).toBe(401)
  expect(queries).toBe(0)
  await own.close()
})

test("a key that can't be verified is answered 503, not 401", async () => {
  const down = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })
  const sluice = createSluice({ database: { query: () => Promise.reject(down) } })
  const own = await openApi({ sluice, apiKey: "environment-key" })
  const answer = await own.request("GET", "/v1/queues", { key: key.secret })
  expect(answer.body).toMatchObject({ status: 503, code: "database_unavailable" })
  await own.close()
})

import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const BATCH = {
  jobs: [
    { name: "greet", payload: { to: "Ada" } },
    { name: "anything", options: { delay: "1h" } },
  ],
}
const send = (path: string, key: string, body: unknown) =>
  api.post(path, body, { headers: { "idempotency-key": key } })
const count = async () => (await api.rows("select count(*)::int from sluice.jobs"))[0].count

test.each([
  ["/v1/jobs", { name: "anything", payload: { a: 1 } }],
  ["/v1/jobs", { name: "anything", options: { uniqueKey: "u", delay: "1h" } }],
  ["/v1/jobs/batch", BATCH],
])("%s with %j is answered again as the first time, and stores nothing more", async (path, body) => {
  const key = crypto.randomUUID()
  const first = await send(path, `"${key}"`, body)
  expect(first.status).toBe(201)
  const before = await count()
  const second = await send(path, key, body)
  expect([second.status, second.body]).toEqual([first.status, first.body])
  expect(second.headers.get("location")).toBe(first.headers.get("location"))
  expect(await count()).toBe(before)
})

test("the first answer is the same after the job has finished", async () => {
  const first = await send("/v1/jobs", "finished", { name: "greet", payload: { to: "Ada" } })
  await api.drain()
  expect((await send("/v1/jobs", "finished", { name: "greet", payload: { to: "Ada" } })).body).toEqual(
    first.body,
  )
})

test("the order of an object's keys doesn't make it another request", async () => {
  const first = await send("/v1/jobs", "order", { name: "anything", payload: { a: { b: 1, c: [2] } } })
  const second = await send("/v1/jobs", "order", { payload: { a: { c: [2], b: 1 } }, name: "anything" })
  expect([second.status, second.body]).toEqual([201, first.body])
})

test("a body that is nested too deep is refused as without a key", async () => {
  const body = `{"name":"anything","payload":${"[".repeat(9_000)}${"]".repeat(9_000)}}`
  const answer = await send("/v1/jobs", "deep", body)
  expect(answer.body).toMatchObject({ status: 422, code: "invalid_payload" })
})

test("another body or path under the same key is refused with 422, and nothing is stored", async () => {
  await send("/v1/jobs/batch", "other", BATCH)
  const before = await count()
  for (const [path, body] of [
    ["/v1/jobs/batch", { jobs: BATCH.jobs.slice(1) }],
    ["/v1/jobs", { name: "anything" }],
  ] as const) {
    const answer = await send(path, "other", body)
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
    expect(answer.body).toMatchObject({ status: 422, code: "request_differs" })
  }
  expect(await count()).toBe(before)
})

test("of 20 requests at once with one key one stores its jobs, and the others are told so or to come back", async () => {
  const before = await count()
  const answers = await Promise.all(Array.from({ length: 20 }, () => send("/v1/jobs/batch", "crowd", BATCH)))
  expect(await count()).toBe(before + 2)
  const stored = answers.filter(({ status }) => status === 201)
  expect(new Set(stored.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(answers.filter(({ status }) => ![201, 409].includes(status))).toEqual([])
})

test("while the first request is in progress, another is answered 409 with Retry-After", async () => {
  const lock = "pg_advisory_xact_lock(sluice.lock_space('request'), hashtext('slow'))"
  const client = await api.connect()
  await client.query(`begin; select ${lock}`)
  const answer = await send("/v1/jobs", "slow", { name: "anything" })
  expect(answer.body).toMatchObject({ status: 409, code: "request_in_progress" })
  expect(answer.headers.get("retry-after")).toBe("1")
  await client.query("commit")
  await client.end()
  expect((await send("/v1/jobs", "slow", { name: "anything" })).status).toBe(201)
})

test("a request that failed isn't remembered", async () => {
  const wrong = await send("/v1/jobs", "failed", { name: "greet", payload: { to: 7 } })
  expect(wrong.status).toBe(422)
  expect((await send("/v1/jobs", "failed", { name: "greet", payload: { to: "Ada" } })).status).toBe(201)
})

test("a key counts for 24 hours", async () => {
  const first = await send("/v1/jobs", "old", { name: "anything" })
  await api.rows("update sluice.requests set created_at = now() - interval '24 hours 1 second' returning 1")
  const second = await send("/v1/jobs", "old", { name: "anything", payload: { other: true } })
  expect(second.status).toBe(201)
  expect(second.body.id).not.toBe(first.body.id)
})

test.each(["", '""', '"open', "größe".normalize("NFD"), "k".repeat(256), "a b", "a\tb"])(
  "a key that is none, %j, is refused with 400",
  async (key) => {
    const answer = await send("/v1/jobs", Buffer.from(key).toString("latin1"), { name: "anything" })
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_idempotency_key" })
  },
)

test.each(["/v1/jobs", "/v1/jobs/batch"])("the body can't say which request it is: %s", async (path) => {
  const job = { name: "anything", options: { request: { key: "k", fingerprint: "f" } } }
  const answer = await api.post(path, path === "/v1/jobs" ? job : { jobs: [job] })
  expect(answer.body).toMatchObject({ status: 422, code: "unknown_option" })
})

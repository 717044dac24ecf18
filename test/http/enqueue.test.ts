import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

test("POST /v1/jobs stores the job and answers 201 with its id, status and state, and where to read it", async () => {
  const answer = await api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" } })

  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({ id: expect.stringMatching(/^\d+$/), status: "enqueued", state: "ready" })
  expect(answer.headers.get("location")).toBe(`/v1/jobs/${answer.body.id}`)
  expect((await api.get(`/v1/jobs/${answer.body.id}`)).body).toMatchObject({
    name: "greet",
    payload: { to: "Ada" },
  })
})

test("every option of the API reaches the stored job", async () => {
  const runAt = "2099-01-31T12:00:00.000Z"
  const options = {
    queue: "mail",
    priority: -5,
    runAt,
    maxAttempts: 3,
    timeout: "30s",
    uniqueKey: "unique",
    idempotencyKey: "once",
    concurrencyKey: "ada",
    concurrencyLimit: 2,
    rateKey: "smtp",
    rate: { limit: 5, per: "1m", burst: 2 },
    tags: ["a", "b"],
    metadata: { tenant: 7 },
  }
  const { body } = await api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" }, options })

  expect(body.state).toBe("scheduled")
  expect((await api.get(`/v1/jobs/${body.id}`)).body).toMatchObject({
    state: "scheduled",
    queue: "mail",
    priority: -5,
    runAt,
    maxAttempts: 3,
    uniqueKey: "unique",
    concurrencyKey: "ada",
    rateKey: "smtp",
    tags: ["a", "b"],
    metadata: { tenant: 7 },
  })
})

test("a delay, in seconds or as text, schedules the job that far from now", async () => {
  for (const delay of [300, "5m"]) {
    const { body } = await api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" }, options: { delay } })
    const job = (await api.get(`/v1/jobs/${body.id}`)).body
    expect(Date.parse(job.runAt) - Date.parse(job.enqueuedAt)).toBe(300_000)
  }
})

test("a job that is there already by its key is answered 200 with its id", async () => {
  for (const key of ["uniqueKey", "idempotencyKey"]) {
    const request = { name: "greet", payload: { to: "Ada" }, options: { [key]: `same ${key}` } }
    const first = await api.post("/v1/jobs", request)
    const second = await api.post("/v1/jobs", request)

    expect(first.status).toBe(201)
    expect(second.status).toBe(200)
    expect(second.body).toEqual({ id: first.body.id, status: "deduplicated", state: "ready" })
    expect(second.headers.get("location")).toBe(first.headers.get("location"))
  }
})

test("a job without a payload has {}", async () => {
  const { body } = await api.post("/v1/jobs", { name: "anything" })
  expect((await api.get(`/v1/jobs/${body.id}`)).body.payload).toEqual({})
})

test("payloads come back as they were sent, whatever the script", async () => {
  const payload = {
    text: 'Zürich 東京 🎉 \\u0041 "quoted"\n',
    list: [1, null, true, { deep: [] }],
    "odd/key~": 0.1,
  }
  const { body } = await api.post("/v1/jobs", { name: "anything", payload })
  expect((await api.get(`/v1/jobs/${body.id}`)).body.payload).toEqual(payload)
})

import { createApp } from "@sluice/http"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { openApi, useApi } from "./api.ts"

const api = await useApi()

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] })
})
afterEach(() => {
  vi.useRealTimers()
})

test("a key sends its requests at once, and then as many in each period, evenly", async () => {
  const own = await openApi({ sluice: api.sluice, rateLimit: { requests: 3, per: "60s" } })
  const get = () => own.get("/v1/queues")
  for (const left of [2, 1, 0]) {
    const answer = await get()
    expect(answer.status).toBe(200)
    expect(answer.headers.get("ratelimit-policy")).toBe('"key";q=3;w=60')
    expect(answer.headers.get("ratelimit")).toMatch(new RegExp(`^"key";r=${left};t=\\d+$`))
  }
  const refused = await get()
  expect(refused.body).toMatchObject({ status: 429, code: "rate_limited" })
  expect(refused.headers.get("retry-after")).toBe("20")
  expect(refused.headers.get("ratelimit")).toBe('"key";r=0;t=20')
  vi.setSystemTime(Date.now() + 19_000)
  expect((await get()).status).toBe(429)
  vi.setSystemTime(Date.now() + 1_001)
  expect((await get()).status).toBe(200)
  expect((await get()).status).toBe(429)
  vi.setSystemTime(Date.now() + 3_600_000)
  for (const status of [200, 200, 200, 429]) expect((await get()).status).toBe(status)
  await own.close()
})

test("each key has a limit of its own, and a refused request changes nothing", async () => {
  const own = await openApi({ sluice: api.sluice, rateLimit: { requests: 1, per: "1h" } })
  const { secret } = await api.sluice.createApiKey({ name: "one", role: "operator" })
  const send = (key: string) => own.post("/v1/jobs", { name: "anything" }, { key })
  expect((await send(secret)).status).toBe(201)
  expect((await send(secret)).status).toBe(429)
  expect((await send("test-key")).status).toBe(201)
  expect(await api.rows("select 1 from sluice.jobs")).toHaveLength(2)
  await own.close()
})

test("a rotation gives a key no further requests", async () => {
  const own = await openApi({ sluice: api.sluice, rateLimit: { requests: 1, per: "1h" } })
  const { id, secret } = await api.sluice.createApiKey({ name: "one", role: "reader" })
  expect((await own.request("GET", "/v1/queues", { key: secret })).status).toBe(200)
  const rotated = await api.sluice.rotateApiKey(id)
  expect((await own.request("GET", "/v1/queues", { key: rotated.secret })).status).toBe(429)
  await own.close()
})

test("wrong keys take nothing from right ones", async () => {
  const own = await openApi({ sluice: api.sluice, rateLimit: { requests: 1, per: "1h" } })
  for (let tried = 0; tried < 5; tried++)
    expect((await own.request("GET", "/v1/queues", { key: "wrong" })).status).toBe(401)
  expect((await own.get("/v1/queues")).status).toBe(200)
  await own.close()
})

test("without a limit nothing is counted", async () => {
  const { headers, status } = await api.get("/v1/queues")
  expect(status).toBe(200)
  expect(headers.get("ratelimit")).toBeNull()
})

test("an app is not created with what can't be a rate", () => {
  for (const rateLimit of [
    { requests: 0, per: "1m" },
    { requests: 1.5, per: "1m" },
    { requests: 10, per: 0 },
    { requests: 10, per: "soon" },
    { requests: "10", per: "1m" },
  ])
    expect(() => createApp({ sluice: api.sluice, apiKey: "key", rateLimit: rateLimit as never })).toThrow()
})

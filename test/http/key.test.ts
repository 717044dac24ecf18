import { createApp } from "@sluice/http"
import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi({ apiKey: "first-key, second-key" })

const GUARDED: [string, string][] = [
  ["POST", "/v1/jobs"],
  ["POST", "/v1/jobs/batch"],
  ["GET", "/v1/jobs/1"],
  ["GET", "/v1/queues"],
  ["POST", "/v1/queues/mail/pause"],
  ["POST", "/v1/queues/mail/resume"],
  ["GET", "/v1/anything"],
]

for (const [method, path] of GUARDED) {
  test(`${method} ${path} without a key is answered 401 with a challenge`, async () => {
    const answer = await api.request(method, path, { key: null })
    expect(answer.body).toMatchObject({ status: 401, code: "missing_key" })
    expect(answer.headers.get("www-authenticate")).toBe("Bearer")
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
  })
}

test("a wrong key is answered 401, and nothing is stored", async () => {
  for (const key of [
    "wrong",
    "first-key,",
    "first-kex",
    "FIRST-KEY",
    "first-key, second-key",
    "x".repeat(5_000),
  ]) {
    const answer = await api.post("/v1/jobs", { name: "anything", payload: {} }, { key })
    expect({ key, status: answer.status }).toEqual({ key, status: 401 })
    expect(answer.headers.get("www-authenticate")).toContain("Bearer")
  }
  expect(await api.rows("select 1 from sluice.jobs")).toEqual([])
})

test("another scheme than Bearer is answered 401; the scheme's case doesn't matter", async () => {
  const get = (authorization: string) =>
    api.request("GET", "/v1/queues", { key: null, headers: { authorization } })
  expect((await get("Basic first-key")).status).toBe(401)
  expect((await get("first-key")).status).toBe(401)
  expect((await get("bearer first-key")).status).toBe(200)
})

test("each of several keys opens, so that a key can be replaced without a gap", async () => {
  expect((await api.request("GET", "/v1/queues", { key: "first-key" })).status).toBe(200)
  expect((await api.request("GET", "/v1/queues", { key: "second-key" })).status).toBe(200)
})

test("the description and the health need no key", async () => {
  expect((await api.request("GET", "/openapi.json", { key: null })).status).toBe(200)
  expect((await api.request("GET", "/health", { key: null })).status).toBe(200)
})

test("an app is not created with what can't be a key", () => {
  for (const apiKey of ["with space", "schlüssel", ["good", "with space"], 5, [5], {}]) {
    expect(() => createApp({ sluice: api.sluice, apiKey: apiKey as string }), String(apiKey)).toThrow(
      /apiKey/,
    )
  }
})

test("of several keys, those that aren't set are left out", async () => {
  for (const apiKey of ["first-key,", ",first-key", ["first-key", undefined, ""]]) {
    const app = createApp({ sluice: api.sluice, apiKey })
    const status = async (authorization: string) =>
      (await app.request("/v1/queues", { headers: { authorization } })).status
    expect(await status("Bearer first-key")).toBe(200)
    expect(await status("Bearer undefined")).toBe(401)
  }
})

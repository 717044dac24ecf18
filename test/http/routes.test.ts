import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

test("an unknown route is answered 404", async () => {
  for (const path of [
    "/",
    "/v1",
    "/v1/",
    "/v1/job",
    "/v1/jobs/",
    "/v1/jobs/1/2",
    "/v2/jobs",
    "/v1/queues/a",
  ]) {
    const { status, body } = await api.get(path)
    expect({ path, status, code: body.code }).toEqual({ path, status: 404, code: "route_not_found" })
  }
})

const methods: [string, string, string][] = [
  ["DELETE", "/v1/jobs", "GET, HEAD, POST, OPTIONS"],
  ["PUT", "/v1/jobs/batch", "POST, OPTIONS"],
  ["POST", "/v1/jobs/1", "GET, HEAD, PATCH, DELETE, OPTIONS"],
  ["PUT", "/v1/jobs/1", "GET, HEAD, PATCH, DELETE, OPTIONS"],
  ["PUT", "/v1/jobs/actions", "POST, OPTIONS"],
  ["GET", "/v1/jobs/1/cancel", "POST, OPTIONS"],
  ["PATCH", "/v1/jobs/1/run", "POST, OPTIONS"],
  ["DELETE", "/v1/jobs/1/retry", "POST, OPTIONS"],
  ["DELETE", "/v1/batches", "GET, HEAD, POST, OPTIONS"],
  ["DELETE", "/v1/batches/1", "GET, HEAD, OPTIONS"],
  ["GET", "/v1/batches/1/retry", "POST, OPTIONS"],
  ["GET", "/v1/workflows", "POST, OPTIONS"],
  ["POST", "/v1/workflows/1", "GET, HEAD, OPTIONS"],
  ["POST", "/v1/workflows/1/mermaid", "GET, HEAD, OPTIONS"],
  ["POST", "/v1/queues", "GET, HEAD, OPTIONS"],
  ["GET", "/v1/queues/mail/pause", "POST, OPTIONS"],
  ["PUT", "/v1/queues/mail/resume", "POST, OPTIONS"],
  ["POST", "/health", "GET, HEAD, OPTIONS"],
  ["DELETE", "/openapi.json", "GET, HEAD, OPTIONS"],
]

for (const [method, path, allow] of methods) {
  test(`${method} ${path} is answered 405 with the methods that are allowed`, async () => {
    const { status, headers, body } = await api.request(method, path)
    expect({ status, code: body.code }).toEqual({ status: 405, code: "method_not_allowed" })
    expect(headers.get("allow")).toBe(allow)
  })
}

test("OPTIONS is answered 204 with the same methods", async () => {
  for (const [, path, allow] of methods) {
    const { status, headers, body } = await api.request("OPTIONS", path)
    expect({ path, status, allow: headers.get("allow"), body }).toEqual({
      path,
      status: 204,
      allow,
      body: undefined,
    })
  }
})

test("HEAD answers as GET does, without the body", async () => {
  const answer = await fetch(`${api.url}/health`, { method: "HEAD" })
  expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 200, text: "" })
})

test("no answer is to be stored or sniffed", async () => {
  for (const path of ["/v1/queues", "/nowhere", "/health"]) {
    const { headers } = await api.get(path)
    expect(headers.get("cache-control")).toBe("no-store")
    expect(headers.get("x-content-type-options")).toBe("nosniff")
  }
})

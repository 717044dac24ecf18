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
  ["DELETE", "/v1/jobs", "GET, HEAD, POST"],
  ["PUT", "/v1/jobs/batch", "POST"],
  ["POST", "/v1/jobs/1", "GET, HEAD, PATCH, DELETE"],
  ["PUT", "/v1/jobs/1", "GET, HEAD, PATCH, DELETE"],
  ["PUT", "/v1/jobs/actions", "POST"],
  ["GET", "/v1/jobs/1/cancel", "POST"],
  ["PATCH", "/v1/jobs/1/run", "POST"],
  ["DELETE", "/v1/jobs/1/retry", "POST"],
  ["GET", "/v1/batches", "POST"],
  ["DELETE", "/v1/batches/1", "GET, HEAD"],
  ["GET", "/v1/batches/1/retry", "POST"],
  ["GET", "/v1/workflows", "POST"],
  ["POST", "/v1/workflows/1", "GET, HEAD"],
  ["POST", "/v1/workflows/1/mermaid", "GET, HEAD"],
  ["POST", "/v1/queues", "GET, HEAD"],
  ["GET", "/v1/queues/mail/pause", "POST"],
  ["PUT", "/v1/queues/mail/resume", "POST"],
  ["POST", "/health", "GET, HEAD"],
  ["DELETE", "/openapi.json", "GET, HEAD"],
]

for (const [method, path, allow] of methods) {
  test(`${method} ${path} is answered 405 with the methods that are allowed`, async () => {
    const { status, headers, body } = await api.request(method, path)
    expect({ status, code: body.code }).toEqual({ status: 405, code: "method_not_allowed" })
    expect(headers.get("allow")).toBe(allow)
  })
}

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

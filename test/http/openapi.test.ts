import { readFileSync } from "node:fs"
import { Validator } from "@seriousme/openapi-schema-validator"
import { openApiDocument } from "@sluice/http"
import { Ajv2020 } from "ajv/dist/2020.js"
import { expect, test } from "vitest"
import { useApi } from "./api.ts"
import { operations } from "./routes-of-app.ts"

const api = await useApi()

const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(openApiDocument, "openapi")

test("GET /openapi.json is a valid OpenAPI 3.1 document", async () => {
  const { body } = await api.request("GET", "/openapi.json", { key: null })
  expect(body.openapi).toMatch(/^3\.1\./)
  expect(await new Validator().validate(body)).toMatchObject({ valid: true })
})

test("the document that is served is the one that is assembled: else run `npm run openapi`", async () => {
  const { headers, body } = await api.request("GET", "/openapi.json", { key: null })
  expect(headers.get("content-type")).toBe("application/json")
  expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument)))
})

test("the document has every route of the app, and no other", async () => {
  const described = Object.entries(openApiDocument.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = operations.map(
    ({ method, path }) => `${method} ${path.replace(/:(\w+)(\{.*?\})?/g, "{$1}")}`,
  )
  expect(described.sort()).toEqual(served.sort())
})

test("the page of the manual names every operation", () => {
  const page = readFileSync("docs/http.md", "utf8")
  const operations = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(operations.filter((operation) => !page.includes(`\`${operation}\``))).toEqual([])
})

const big = "x".repeat(300_000)
const requests: [method: string, path: string, body: unknown, template: string, status: number][] = [
  ["POST", "/v1/jobs", { name: "greet", payload: { to: "A" } }, "/v1/jobs", 201],
  ["POST", "/v1/jobs", { name: "greet", payload: { to: "A" }, options: { uniqueKey: "u" } }, "/v1/jobs", 201],
  ["POST", "/v1/jobs", { name: "greet", payload: { to: "A" }, options: { uniqueKey: "u" } }, "/v1/jobs", 200],
  ["POST", "/v1/jobs", { name: "fail", options: { maxAttempts: 1 } }, "/v1/jobs", 201],
  ["POST", "/v1/jobs", "{", "/v1/jobs", 400],
  ["POST", "/v1/jobs", { name: "anything", payload: big }, "/v1/jobs", 413],
  ["POST", "/v1/jobs", { name: "nothing" }, "/v1/jobs", 422],
  ["POST", "/v1/jobs/batch", { jobs: [{ name: "anything" }] }, "/v1/jobs/batch", 201],
  ["POST", "/v1/jobs/batch", { jobs: [{ name: "nothing" }] }, "/v1/jobs/batch", 422],
  ["POST", "/v1/jobs/actions", { action: "cancel", filter: { name: "nothing" } }, "/v1/jobs/actions", 200],
  ["POST", "/v1/jobs/actions", { action: "cancel", filter: {} }, "/v1/jobs/actions", 422],
  ["POST", "/v1/jobs/actions", { action: "erase", filter: { name: "nothing" } }, "/v1/jobs/actions", 200],
  [
    "POST",
    "/v1/jobs/actions",
    { action: "erase", filter: { name: "a" }, after: "1" },
    "/v1/jobs/actions",
    422,
  ],
  ["GET", "/v1/jobs?limit=5", undefined, "/v1/jobs", 200],
  ["GET", "/v1/jobs?state=asleep", undefined, "/v1/jobs", 422],
  ["GET", "/v1/jobs/0", undefined, "/v1/jobs/{id}", 404],
  ["GET", "/v1/jobs/x", undefined, "/v1/jobs/{id}", 422],
  ["POST", "/v1/batches", { jobs: [{ name: "anything" }], properties: { a: 1 } }, "/v1/batches", 201],
  ["POST", "/v1/batches", { jobs: [], onFinish: { name: "nothing" } }, "/v1/batches", 422],
  ["GET", "/v1/batches/1", undefined, "/v1/batches/{id}", 200],
  ["GET", "/v1/batches/9999", undefined, "/v1/batches/{id}", 404],
  ["POST", "/v1/batches/1/jobs", { jobs: [{ name: "anything" }] }, "/v1/batches/{id}/jobs", 201],
  ["POST", "/v1/batches/9999/jobs", { jobs: [{ name: "anything" }] }, "/v1/batches/{id}/jobs", 404],
  ["POST", "/v1/batches/1/cancel", undefined, "/v1/batches/{id}/cancel", 200],
  ["POST", "/v1/batches/1/jobs", { jobs: [{ name: "anything" }] }, "/v1/batches/{id}/jobs", 409],
  ["POST", "/v1/batches/1/retry", { callbacks: true }, "/v1/batches/{id}/retry", 200],
  [
    "POST",
    "/v1/workflows",
    {
      name: "order",
      steps: [
        { step: "a", name: "anything" },
        { step: "b", name: "anything", options: { after: "a" } },
      ],
    },
    "/v1/workflows",
    201,
  ],
  ["POST", "/v1/workflows", { name: "order", steps: [] }, "/v1/workflows", 422],
  ["GET", "/v1/workflows/2", undefined, "/v1/workflows/{id}", 200],
  ["GET", "/v1/workflows/1", undefined, "/v1/workflows/{id}", 404],
  ["GET", "/v1/queues", undefined, "/v1/queues", 200],
  ["POST", "/v1/queues/mail/pause", undefined, "/v1/queues/{name}/pause", 200],
  ["POST", "/v1/queues/mail/resume", undefined, "/v1/queues/{name}/resume", 200],
  ["GET", "/health", undefined, "/health", 200],
  ["GET", "/openapi.json", undefined, "/openapi.json", 200],
]

test("every answer is as the document says", async () => {
  for (const [method, path, body, template, status] of requests) {
    const answer = await api.request(method, path, { body })
    expect({ path, status: answer.status }).toEqual({ path, status })
    assertDescribed(template, method, answer)
  }

  const { body } = await api.post("/v1/jobs/batch", {
    jobs: [
      { name: "greet", payload: { to: "B" } },
      { name: "fail", options: { maxAttempts: 1 } },
    ],
  })
  await api.drain()
  for (const { id } of body.jobs) assertDescribed("/v1/jobs/{id}", "GET", await api.get(`/v1/jobs/${id}`))

  const failed = `/v1/jobs/${body.jobs[1].id}`
  for (const [method, suffix, sent, status] of [
    ["POST", "/retry", { retriedBy: "ada" }, 200],
    ["PATCH", "", { delay: "1h" }, 200],
    ["POST", "/run", undefined, 200],
    ["POST", "/retry", undefined, 409],
    ["DELETE", "", undefined, 409],
    ["POST", "/cancel", undefined, 200],
    ["GET", "", undefined, 200],
    ["DELETE", "", undefined, 204],
    ["POST", "/cancel", undefined, 404],
  ] as const) {
    const answer = await api.request(method, failed + suffix, { body: sent })
    expect({ method, suffix, status: answer.status }).toEqual({ method, suffix, status })
    assertDescribed(`/v1/jobs/{id}${suffix}`, method, answer)
  }
})

function assertDescribed(template: string, method: string, answer: Awaited<ReturnType<typeof api.get>>) {
  const operation = lookUp(`paths/${template.replaceAll("/", "~1")}/${method.toLowerCase()}`)
  const response = resolve(operation.responses[answer.status])
  if (answer.status === 204) return expect(answer.body).toBeUndefined()
  const type = answer.headers.get("content-type")?.split(";")[0] as string
  const pointer = response.content[type]?.schema.$ref ?? "#/components/schemas/Anything"
  if (pointer.endsWith("Anything")) return expect(type).toBe("application/json")
  const validate = ajv.compile({ $ref: `openapi${pointer}` })
  expect(validate(answer.body), `${method} ${template}: ${ajv.errorsText(validate.errors)}`).toBe(true)
}

// biome-ignore lint/suspicious/noExplicitAny: a walk through a document
function lookUp(pointer: string): any {
  return pointer
    .split("/")
    .map((step) => step.replaceAll("~1", "/"))
    .reduce((node, step) => node[step as never], openApiDocument as object)
}

function resolve(node: { $ref?: string }) {
  return node.$ref ? lookUp(node.$ref.slice(2)) : node
}

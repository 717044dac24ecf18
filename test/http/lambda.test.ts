import { handle } from "hono/aws-lambda"
import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

/** An event of API Gateway's HTTP API, payload format 2.0. */
function eventOf(
  method: string,
  path: string,
  options: { body?: string; isBase64Encoded?: boolean; key?: string } = {},
) {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: "",
    headers: { "content-type": "application/json", authorization: `Bearer ${options.key ?? api.key}` },
    requestContext: { domainName: "api.example.org", http: { method, path } },
    ...(options.body !== undefined && { body: options.body }),
    isBase64Encoded: options.isBase64Encoded ?? false,
  }
}

const invoke = async (event: ReturnType<typeof eventOf>) => {
  const result = (await handle(api.app)(event as never)) as {
    statusCode: number
    headers: object
    body: string
  }
  return { ...result, json: JSON.parse(result.body) }
}

test("an API Gateway event enqueues, its body plain or in base64", async () => {
  const body = JSON.stringify({ name: "greet", payload: { to: "Zoë" } })
  const plain = await invoke(eventOf("POST", "/v1/jobs", { body }))
  const encoded = await invoke(
    eventOf("POST", "/v1/jobs", { body: Buffer.from(body).toString("base64"), isBase64Encoded: true }),
  )

  for (const result of [plain, encoded]) {
    expect(result).toMatchObject({ statusCode: 201, isBase64Encoded: false, json: { state: "ready" } })
    const read = await invoke(eventOf("GET", `/v1/jobs/${result.json.id}`))
    expect(read).toMatchObject({ statusCode: 200, json: { payload: { to: "Zoë" } } })
  }
})

test("problems keep their status, type and headers through API Gateway", async () => {
  const wrongKey = await invoke(eventOf("GET", "/v1/queues", { key: "wrong" }))
  expect(wrongKey).toMatchObject({
    statusCode: 401,
    isBase64Encoded: false,
    headers: {
      "content-type": "application/problem+json",
      "www-authenticate": expect.stringContaining("Bearer"),
    },
    json: { code: "wrong_key" },
  })
  expect(await invoke(eventOf("POST", "/v1/jobs"))).toMatchObject({
    statusCode: 400,
    json: { code: "malformed_json" },
  })
})

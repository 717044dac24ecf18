import { createSluice } from "@sluice/core"
import { createApp } from "@sluice/http"
import { Hono } from "hono"
import { handle, type LambdaEvent } from "hono/aws-lambda"
import pg from "pg"
import { expect, test } from "vitest"

test("a handler can serve the API below a path, as for an API that exists", async () => {
  const sluice = createSluice({ database: new pg.Pool({ max: 1 }) }) // not connected to
  const app = createApp({ sluice, apiKey: "the-api-key-of-at-least-32-letters" })
  const below = new Hono().mount("/queue", (request) => app.fetch(request))
  const handler = handle(below)

  expect((await handler(requestOf("/queue/openapi.json"))).statusCode).toBe(200)
  expect((await handler(requestOf("/queue/v1/queues"))).statusCode).toBe(401)
  expect((await handler(requestOf("/openapi.json"))).statusCode).toBe(404)
})

/** As API Gateway sends it. */
function requestOf(path: string): LambdaEvent {
  const http = { method: "GET", path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" }
  return {
    version: "2.0",
    routeKey: "ANY /queue/{proxy+}",
    rawPath: path,
    rawQueryString: "",
    headers: { host: "api.test" },
    isBase64Encoded: false,
    requestContext: { http, domainName: "api.test" },
  } as unknown as LambdaEvent
}

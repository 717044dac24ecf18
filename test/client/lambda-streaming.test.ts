import { PassThrough } from "node:stream"
import { createSluice, defineJob } from "@sluice/core"
import { createApp } from "@sluice/http"
import { streamHandle } from "hono/aws-lambda"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

/** What Lambda's runtime for Node gives to functions that stream. */
const runtime = globalThis as { awslambda?: object }
let metadata: { statusCode?: number; headers?: Record<string, string> } = {}
runtime.awslambda = {
  streamifyResponse: (handler: unknown) => handler,
  HttpResponseStream: {
    from(stream: PassThrough, given: typeof metadata) {
      metadata = given
      return stream
    },
  },
}
afterAll(() => {
  delete runtime.awslambda
})

const database = await createDatabase()
const { drainOnce } = drainable(database, [defineJob({ name: "hello", perform: () => "done" })])
const sluice = createSluice({ database: database.pool })
const apiKey = "a-key-of-the-test"

test("behind a function that streams, the events of a job come while the response is open", async () => {
  const { id } = await sluice.enqueue("hello", {})
  const app = createApp({ sluice, apiKey, streaming: true, log: { ...console, info() {} } })
  // biome-ignore lint/suspicious/noExplicitAny: what Lambda passes, as far as the handler reads it
  const handler = streamHandle(app) as any
  const response = new PassThrough()
  let text = ""
  response.on("data", (chunk) => {
    text += chunk
  })
  const handled = handler(eventOf(`/v1/jobs/${id}/events`), response, {})
  await eventually(() => expect(text).toContain('"state":"ready"'))
  expect(response.writableEnded).toBe(false)
  expect(metadata).toMatchObject({ statusCode: 200, headers: { "content-type": "text/event-stream" } })
  await drainOnce()
  await handled
  expect(text).toContain('"state":"succeeded"')
})

/** A request to a function URL. */
function eventOf(path: string) {
  return {
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers: { host: "queue.example.com", authorization: `Bearer ${apiKey}` },
    requestContext: { http: { method: "GET", path, sourceIp: "192.0.2.1" }, domainName: "queue.example.com" },
    isBase64Encoded: false,
  }
}

import { connect } from "node:net"
import { text } from "node:stream/consumers"
import { toGatewayEvent } from "@sluice/local/gateway-event"
import { handle } from "hono/aws-lambda"
import { afterEach, expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const invoke = handle(api.app) as unknown as (event: object) => Promise<{ statusCode: number }>

const pausedQueues = async () =>
  (await api.rows("select target as name from sluice.pauses where kind = 'queue' order by 1")).map(
    ({ name }) => name,
  )

afterEach(() => api.rows("delete from sluice.pauses"))

/** Sends the request target as it is: a client that takes a URL would mend it first. */
async function overSocket(path: string): Promise<number> {
  const { port } = new URL(api.url)
  const socket = connect(Number(port), "127.0.0.1")
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${api.key}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  )
  return Number((await text(socket)).split(" ")[1])
}

/** What a function is given of such a request by API Gateway. */
async function overLambda(path: string, domainName = "api.example.org"): Promise<number> {
  const request = {
    url: path,
    method: "POST",
    httpVersion: "1.1",
    headers: {},
    headersDistinct: { authorization: [`Bearer ${api.key}`] },
    socket: {},
  }
  const event = toGatewayEvent(request as never, Buffer.alloc(0)) as { requestContext: object }
  Object.assign(event.requestContext, { domainName })
  return (await invoke(event)).statusCode
}

/** A function's own URL decodes nothing. */
async function overFunctionUrl(path: string): Promise<number> {
  const http = { method: "POST", path }
  const event = {
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers: { authorization: `Bearer ${api.key}` },
    requestContext: { domainName: "abc.lambda-url.eu-central-1.on.aws", http },
  }
  return (await invoke(event)).statusCode
}

const overFetch = async (path: string) => (await api.post(path)).status

const surfaces = { overSocket, overLambda, overFunctionUrl, overFetch }

for (const [surface, send] of Object.entries(surfaces)) {
  for (const name of [
    "a/../b",
    "../b",
    "a/./b",
    "a//b",
    "b/..",
    "mail/bulk",
    "a/pause",
    "..b",
    "b.",
    "x:y",
  ]) {
    test(`${surface}: the queue ${name}, its name encoded, is paused and no other`, async () => {
      expect(await send(`/v1/queues/${encodeURIComponent(name)}/pause`)).toBe(200)
      expect(await pausedQueues()).toEqual([name])
      expect(await send(`/v1/queues/${encodeURIComponent(name)}/resume`)).toBe(200)
      expect(await pausedQueues()).toEqual([])
    })
  }

  test(`${surface}: a name that is encoded twice is no name`, async () => {
    for (const name of ["a%252Fb", "%252e%252e", "a/%252e%252e/b"]) {
      const status = await send(`/v1/queues/${name}/pause`)
      expect({ name, status }).toEqual({ name, status: 422 })
    }
    expect(await pausedQueues()).toEqual([])
  })
}

for (const [surface, send] of Object.entries({ overSocket, overLambda, overFunctionUrl })) {
  test(`${surface}: dots that nobody has encoded are part of the name, and lead nowhere else`, async () => {
    expect(await send("/v1/queues/a/../b/pause")).toBe(200)
    expect(await pausedQueues()).toEqual(["a/../b"])
    expect(await send("/v1/queues/%2e%2e/pause")).toBe(200)
    expect(await pausedQueues()).toEqual(["..", "a/../b"])
    expect(await send("/v1/nowhere/../queues/c/pause")).toBe(404)
    expect(await send("/x/../v1/queues/c/pause")).toBe(404)
    expect(await pausedQueues()).toEqual(["..", "a/../b"])
  })
}

test("a query is no part of the path", async () => {
  expect(await overSocket("/v1/queues/mail/pause?x=/../y")).toBe(422) // the route has no parameter
  expect(await overSocket("/v1/queues/mail/pause?")).toBe(200)
  expect(await pausedQueues()).toEqual(["mail"])
})

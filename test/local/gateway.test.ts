import http from "node:http"
import { gzipSync } from "node:zlib"
import { type HttpGatewayOptions, startHttpGateway } from "@sluice/local"
import { expect, test } from "vitest"
import { atTheEnd, startTestHost, waitFor } from "./support.ts"

const { host, lines } = await startTestHost({
  http: { maxEnvironments: 2 },
  spin: { timeoutMs: 300 },
  sleepFor: { maxEnvironments: 1 },
  echo: {},
  largeResult: {},
})
const { url } = await gatewayTo("http")

test("a request reaches the function as API Gateway's payload 2.0", async () => {
  const response = await fetch(`${url}/v1/jobs/a%20b?tag=x&tag=y&empty=&q=1%2B1`, {
    method: "PUT",
    headers: { "content-type": "application/json; charset=utf-8", "X-Custom": "one", cookie: "a=1; b=2" },
    body: '{"text":"grüße"}',
  })
  expect(response.status).toBe(200)
  expect(response.headers.get("content-type")).toBe("application/json")
  const event = (await response.json()) as Record<string, unknown>
  expect(event).toMatchObject({
    version: "2.0",
    routeKey: "$default",
    rawPath: "/v1/jobs/a b",
    rawQueryString: "tag=x&tag=y&empty=&q=1%2B1",
    queryStringParameters: { tag: "x,y", empty: "", q: "1+1" },
    cookies: ["a=1", "b=2"],
    headers: { "x-custom": "one", "content-type": "application/json; charset=utf-8", "content-length": "18" },
    requestContext: {
      stage: "$default",
      http: { method: "PUT", path: "/v1/jobs/a b", sourceIp: "127.0.0.1" },
    },
    body: '{"text":"grüße"}',
    isBase64Encoded: false,
  })
  expect(event.headers).not.toHaveProperty("cookie")
})

test("status, headers, cookies and a binary body come back as the function gave them", async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  const headers = { "content-type": "application/octet-stream" }
  const response = await fetch(`${url}/mirror`, { method: "POST", headers, body: bytes })
  expect(response.status).toBe(201)
  expect(response.headers.get("x-base64")).toBe("true")
  expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2"])
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
})

test("a compressed body arrives unharmed, though its type is text", async () => {
  const body = gzipSync("hello")
  const headers = { "content-type": "application/json", "content-encoding": "gzip" }
  const response = await fetch(`${url}/mirror`, { method: "POST", headers, body })
  expect(Buffer.from(await response.arrayBuffer())).toEqual(body)
})

test("a body over 10 MB is refused with 413, as is one that doesn't fit Lambda's 6 MB", async () => {
  for (const bytes of [10 * 2 ** 20 + 1, 7_000_000]) {
    const headers = { "content-type": "text/plain" }
    const response = await fetch(`${url}/mirror`, { method: "POST", headers, body: "x".repeat(bytes) })
    expect(response.status).toBe(413)
    expect(await response.json()).toEqual({ message: "Request Entity Too Large" })
  }
  expect((await fetch(`${url}/`)).status).toBe(200)
})

test("an endless body is refused without being read for ever", async () => {
  const request = http.request(`${url}/mirror`, { method: "POST" })
  const refused = new Promise((resolve) => request.once("response", resolve).once("error", resolve))
  const chunk = Buffer.alloc(2 ** 20)
  let over = false
  refused.then(() => {
    over = true
  })
  while (!over) await Promise.race([refused, new Promise((resolve) => request.write(chunk, resolve))])
  request.destroy()
})

test("a function that fails, or answers no response, is a 502", async () => {
  for (const path of ["/fail", "/malformed", "/bad-header"]) {
    const response = await fetch(url + path)
    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({ message: "Internal server error" })
  }
})

test("a function that times out is a 504, and so is one slower than the gateway", async () => {
  for (const gateway of [await gatewayTo("spin"), await gatewayTo("http", { timeoutMs: 100 })]) {
    const response = await fetch(`${gateway.url}/slow`)
    expect(response.status).toBe(504)
    expect(await response.json()).toEqual({ message: "Endpoint request timed out" })
  }
})

test("requests wait for a free environment", async () => {
  const { url } = await gatewayTo("sleepFor")
  const responses = await Promise.all([1, 2, 3, 4].map(() => fetch(url)))
  expect(responses.map((response) => response.status)).toEqual([200, 200, 200, 200])
  const starts = lines.filter((line) => line.startsWith("START sleepFor"))
  expect(new Set(starts.map((line) => line.split(" ")[5])).size).toBe(1)
})

test("closing lets a request end that is under way", async () => {
  const gateway = await gatewayTo("sleepFor")
  const before = started("sleepFor")
  const responding = fetch(gateway.url)
  await waitFor("it has begun", () => started("sleepFor") > before)
  await gateway.close()
  expect((await responding).status).toBe(200)
  await expect(fetch(gateway.url)).rejects.toThrow()
})

test("closing doesn't wait for ever", async () => {
  const gateway = await gatewayTo("http")
  const before = started("http")
  const responding = fetch(`${gateway.url}/slow`)
  await waitFor("it has begun", () => started("http") > before)
  await gateway.close({ graceMs: 50 })
  await expect(responding).rejects.toThrow()
})

test("a port that is taken is told with the process that has it, and with another one", async () => {
  const port = Number(new URL(url).port)
  await expect(gatewayTo("http", { port })).rejects.toMatchObject({
    code: "port_in_use",
    message: expect.stringMatching(
      process.platform === "linux"
        ? `^Port ${port} is taken by process ${process.pid} \\(.*\\): stop it, or choose another port, such as PORT=${port + 1}$`
        : `^Port ${port} is taken by .*, such as PORT=${port + 1}$`,
    ),
  })
})

async function gatewayTo(functionName: string, options: Partial<HttpGatewayOptions> = {}) {
  const gateway = await startHttpGateway({ host, functionName, port: 0, ...options })
  atTheEnd(() => gateway.close({ graceMs: 0 }))
  return gateway
}

function started(functionName: string): number {
  return lines.filter((line) => line.startsWith(`START ${functionName} `)).length
}

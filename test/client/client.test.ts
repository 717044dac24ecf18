import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { createClient, type SluiceApiError } from "@sluice/client"
import { defineJob } from "@sluice/core"
import * as v from "valibot"
import { afterAll, describe, expect, test } from "vitest"
import { useApi } from "../http/api.ts"

const greet = defineJob({
  name: "greet",
  input: v.object({ to: v.string() }),
  perform: ({ to }) => ({ greeting: `Hello ${to}` }),
})
const fail = defineJob({ name: "fail", perform(_: { why: string }) {} })

const api = await useApi()
const client = createClient<typeof greet | typeof fail>({ url: api.url, key: api.key })

describe("The client", () => {
  test("stores a job, and waits for its result", async () => {
    const { id, status } = await client.enqueue("greet", { to: "Ada" })
    const result = client.result("greet", id)
    await api.drain()
    expect(status).toBe("enqueued")
    expect((await result)?.greeting).toBe("Hello Ada")
    expect(await client.getJob(id)).toMatchObject({ id, state: "succeeded" })
  })

  test("stores jobs together, in their order", async () => {
    const stored = await client.enqueueMany([
      { name: "greet", payload: { to: "one" }, options: { tags: ["first"] } },
      { name: "fail", payload: { why: "no reason" }, options: { runAt: new Date("2100-01-01") } },
    ])
    const jobs = await Promise.all(stored.map(({ id }) => client.getJob(id)))
    expect(jobs).toMatchObject([
      { name: "greet", tags: ["first"] },
      { name: "fail", runAt: "2100-01-01T00:00:00.000Z" },
    ])
  })

  test("throws what the API refuses, with its problem", async () => {
    const refused = client.enqueue("greet", { to: 1 } as never)
    await expect(refused).rejects.toMatchObject({
      name: "SluiceApiError",
      status: 422,
      code: "invalid_payload",
      problem: { errors: [{ pointer: "/payload/to" }] },
    })
  })

  test("throws the error of a job that was discarded", async () => {
    const { id } = await client.enqueue("fail", { why: "x" }, { maxAttempts: 1 })
    await api.drain()
    await expect(client.result("fail", id)).rejects.toMatchObject({
      code: "job_failed",
      message: `Job ${id} (fail) was discarded: TypeError: This job always fails`,
    })
  })

  test("gives up on a result after its timeout", async () => {
    const { id } = await client.enqueue("greet", { to: "later" }, { delay: "1h" })
    await expect(client.result("greet", id, { timeoutMs: 50 })).rejects.toMatchObject({
      code: "wait_timeout",
    })
  })

  test("has no result of a job of another name", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" }, { delay: "1h" })
    await expect(client.result("fail", id, { timeoutMs: 10 })).rejects.toMatchObject({
      code: "job_not_found",
    })
  })

  test("returns undefined for an unknown job", async () => {
    expect(await client.getJob("999999")).toBeUndefined()
  })

  test("sends other requests of the API", async () => {
    await client.request("POST", "/v1/queues/mail/pause", {})
    expect(await client.request("GET", "/v1/queues")).toMatchObject({
      queues: expect.arrayContaining([expect.objectContaining({ name: "mail", paused: true })]),
    })
  })

  test("takes an address with /v1 or a slash at its end", async () => {
    const other = createClient({ url: `${api.url}/v1/`, key: api.key })
    expect(await other.getJob("999999")).toBeUndefined()
  })

  test.each([undefined, "", "queue.example.com", "ftp://x"])("refuses the address %j", (url) => {
    expect(() => createClient({ url: url as string })).toThrow("give the address of the API")
  })

  test.each([
    ["", "key is empty"],
    ["sluice_secret\n", "key has spaces, line breaks"],
  ])("refuses to send the key %j, without showing it", async (key, message) => {
    const request = createClient({ url: api.url, key }).getJob("1")
    await expect(request).rejects.toThrow(message)
    await expect(request).rejects.not.toThrow("sluice_secret")
  })

  test("says that an address is not the API's", async () => {
    const { url } = await serve((_, response) => response.end("<html>"))
    await expect(createClient({ url }).getJob("1")).rejects.toMatchObject({ code: "unexpected_response" })
  })
})

describe("A client whose API fails for a while", () => {
  test("stores the job once, though responses were lost", async () => {
    let lost = 0
    const { url } = await serve(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      const answer = await fetch(api.url + request.url, {
        method: request.method as string,
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(parts),
      })
      if (lost++ < 2) return void request.socket.destroy() // stored, but nobody hears of it
      response.writeHead(answer.status).end(await answer.text())
    })
    const { id } = await createClient({ url, key: api.key }).enqueue(
      "greet",
      { to: "once" },
      { tags: ["once"] },
    )
    const { jobs } = (await client.request("GET", "/v1/jobs?tag=once")) as { jobs: { id: string }[] }
    expect(jobs.map((job) => job.id)).toEqual([id])
    expect(lost).toBe(3)
  })

  test("waits as long as Retry-After says", async () => {
    const times: number[] = []
    const { url } = await serve((_, response) => {
      times.push(performance.now())
      if (times.length === 1) response.writeHead(429, { "retry-after": "1" }).end(problem("too_many"))
      else response.end("{}")
    })
    await createClient({ url }).request("GET", "/v1/queues")
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(950)
  })

  test.each([503, 502, 504, 500, 429])("gives up after its retries of %i", async (status) => {
    let requests = 0
    const { url } = await serve((_, response) => {
      requests++
      response.writeHead(status, { "retry-after": "0" }).end(problem("down"))
    })
    await expect(createClient({ url, retries: 2 }).getJob("1")).rejects.toMatchObject({
      status,
      code: "down",
    })
    expect(requests).toBe(3)
  })

  test("doesn't send a request again that might act twice", async () => {
    let requests = 0
    const { url } = await serve((_, response) => {
      requests++
      response.writeHead(503).end(problem("down"))
    })
    await expect(createClient({ url }).request("POST", "/v1/events/paid", {})).rejects.toThrow()
    expect(requests).toBe(1)
  })

  test("says what could not be reached", async () => {
    const unreachable = createClient({ url: "http://127.0.0.1:1", retries: 0 })
    const error: SluiceApiError = await unreachable.getJob("1").then(
      () => expect.unreachable(),
      (error) => error,
    )
    expect(error).toMatchObject({ status: 0, code: "unreachable" })
    expect(error.message).toContain("GET http://127.0.0.1:1/v1/jobs/1 got no response")
  })

  test("ends with its signal, in the middle of a pause", async () => {
    const controller = new AbortController()
    const { url } = await serve((_, response) => {
      response.writeHead(503, { "retry-after": "60" }).end(problem("down"))
      setImmediate(() => controller.abort(new Error("enough")))
    })
    await expect(createClient({ url }).getJob("1", { signal: controller.signal })).rejects.toThrow("enough")
  })
})

function problem(code: string): string {
  return JSON.stringify({ status: 503, code, detail: `It is ${code}` })
}

/** A server that stands between, with a mind of its own. */
async function serve(listener: Parameters<typeof createServer>[1]) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

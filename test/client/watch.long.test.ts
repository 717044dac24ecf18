import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { createClient, type WatchedJob, watchJob } from "@sluice/client"
import { afterAll, describe, expect, test } from "vitest"
import { openApi, useApi } from "../http/api.ts"
import { eventually } from "../support/eventually.ts"

const buffered = await useApi()
const streaming = await useApi({ streaming: true })

describe.each([
  ["that streams", streaming],
  ["that buffers", buffered],
])("Watching a job of a host %s", (_, api) => {
  const { url } = api
  const client = createClient({ url, key: api.key })

  test("yields it, each change, and its result", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    const { token } = await client.createJobToken(id)
    const seen: WatchedJob[] = []
    const watching = collect(watchJob({ url, id, token }), seen)
    await eventually(() => expect(seen).toHaveLength(1))
    await api.rows(
      `insert into sluice.progress (job_id, kind, name, value) values (${id}, 'report', '', '{"percent": 40, "text": "half"}');
       update sluice.jobs set has_progress = true, features = coalesce(features, 0) | 2 where id = ${id}`,
    )
    await eventually(() => expect(seen).toHaveLength(2))
    await api.drain()
    await watching
    expect(seen[0]).toEqual({
      id,
      name: "greet",
      state: "ready",
      attempts: 0,
      progress: null,
      result: null,
      isFinished: false,
    })
    expect(seen[1]).toMatchObject({ progress: { percent: 40, text: "half" }, isFinished: false })
    expect(seen.at(-1)).toMatchObject({
      state: "succeeded",
      result: { greeting: "Hello Ada" },
      isFinished: true,
    })
  })

  test("continues where a connection broke, and yields nothing twice", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    const { token } = await client.createJobToken(id)
    const requests: (string | undefined)[] = []
    const proxy = createServer(async (request, response) => {
      requests.push(request.headers["last-event-id"] as string | undefined)
      if (requests.length === 2) return void request.socket.destroy()
      const answer = await fetch(url + request.url, { headers: request.headers as Record<string, string> })
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") as string })
      for await (const part of answer.body as AsyncIterable<Uint8Array>) {
        const isLast = requests.length === 1 && Buffer.from(part).includes("data:")
        await new Promise<void>((resolve) => response.write(part, () => resolve()))
        if (isLast) return void request.socket.end()
      }
      response.end()
    })
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
    afterAll(() => {
      proxy.close()
      proxy.closeAllConnections()
    })
    const seen: WatchedJob[] = []
    const through = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const watching = collect(watchJob({ url: through, id, token }), seen)
    await eventually(() => expect(requests.length).toBeGreaterThan(2))
    await api.drain()
    await watching
    expect(requests.slice(0, 3)).toEqual([undefined, "ready.0.0", "ready.0.0"])
    expect(seen.map(({ state }) => state)).toEqual(["ready", "succeeded"])
  })

  test("yields a job that has finished once", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    await api.drain()
    const { token } = await client.createJobToken(id)
    const seen: WatchedJob[] = []
    await collect(watchJob({ url, id, token }), seen)
    expect(seen).toMatchObject([{ state: "succeeded", isFinished: true }])
  })

  test("tells nothing of payload and errors", async () => {
    const { id } = await client.enqueue("fail", { secret: "payload" }, { maxAttempts: 1 })
    await api.drain()
    const { token } = await client.createJobToken(id)
    const seen: WatchedJob[] = []
    await collect(watchJob({ url, id, token }), seen)
    expect(JSON.stringify(seen)).not.toMatch(/secret|always fails/)
    expect(seen).toMatchObject([{ state: "discarded", result: null }])
  })

  test("ends with its signal", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" }, { delay: "1h" })
    const { token } = await client.createJobToken(id)
    const controller = new AbortController()
    const seen: WatchedJob[] = []
    const watching = collect(watchJob({ url, id, token, signal: controller.signal }), seen)
    await eventually(() => expect(seen).toHaveLength(1))
    controller.abort(new Error("enough"))
    await expect(watching).rejects.toThrow("enough")
  })
})

describe("A job's token", () => {
  const api = buffered
  const client = createClient({ url: api.url, key: api.key })
  const watched = (id: string, token: string) => api.request("GET", `/v1/jobs/${id}/events`, { key: token })

  test("is for one job", async () => {
    const [one, other] = await client.enqueueMany([
      { name: "greet", payload: { to: "a" } },
      { name: "greet", payload: { to: "b" } },
    ])
    const { token } = await client.createJobToken(one?.id as string)
    expect(await watched(other?.id as string, token)).toMatchObject({
      status: 401,
      body: { code: "wrong_token" },
    })
  })

  test("opens no other route", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    const { token } = await client.createJobToken(id)
    for (const path of [`/v1/jobs/${id}`, "/v1/jobs", `/v1/jobs/${id}?token=${token}`, "/v1/queues"])
      expect(await api.request("GET", path, { key: token })).toMatchObject({ status: 401 })
    for (const path of [`/v1/jobs/${id}/cancel`, `/v1/jobs/${id}/token`, "/v1/jobs"])
      expect(await api.request("POST", path, { key: token, body: {} })).toMatchObject({ status: 401 })
  })

  test("expires", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    const { token, expiresAt } = await client.createJobToken(id, { expiresIn: "90s" })
    expect(new Date(expiresAt).getTime() - Date.now()).toBeGreaterThan(85_000)
    const [, seconds = ""] = /^job_\d+_(\d+)_/.exec(token) ?? []
    const later = token.replace(seconds, String(Number(seconds) + 3_600))
    expect(await watched(id, later)).toMatchObject({ status: 401 })
    const { token: short } = await client.createJobToken(id, { expiresIn: "1ms" })
    expect(await watched(id, short)).toMatchObject({ status: 401, body: { code: "wrong_token" } })
  })

  test.each([0, "8d", -1, "soon", null, {}, []])("is refused for the time %j", async (expiresIn) => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    const { status } = await api.post(`/v1/jobs/${id}/token`, { expiresIn })
    expect(status).toBe(422)
  })

  test("is made with a key only, and for jobs that exist", async () => {
    expect(await api.request("POST", "/v1/jobs/1/token", { key: null, body: {} })).toMatchObject({
      status: 401,
    })
    expect(await api.post("/v1/jobs/99999999/token", {})).toMatchObject({ status: 404 })
  })

  test("made with a key that was removed is worth nothing", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    const { token } = await client.createJobToken(id)
    const statuses = ["new-key,test-key", "new-key"].map(async (keys) => {
      const { url } = await rotated(keys)
      const response = await fetch(`${url}/v1/jobs/${id}/events?token=${token}`)
      await response.body?.cancel()
      return response.status
    })
    expect(await Promise.all(statuses)).toEqual([200, 401])
  })

  test("may be used by the pages of any origin", async () => {
    for (const token of ["wrong", "job_1_1_wrong"]) {
      const refused = await fetch(`${api.url}/v1/jobs/1/events?token=${token}`)
      expect(refused.status).toBe(401)
      expect(refused.headers.get("access-control-allow-origin")).toBe("*")
    }
    const preflight = await fetch(`${api.url}/v1/jobs/1/events`, { method: "OPTIONS" })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*")
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization")
    expect(
      (await fetch(`${api.url}/v1/jobs/1`, { method: "OPTIONS" })).headers.has("access-control-allow-origin"),
    ).toBe(false)
  })

  test("is accepted in the query, for EventSource", async () => {
    const { id } = await client.enqueue("greet", { to: "Ada" })
    const { token } = await client.createJobToken(id)
    const response = await fetch(`${api.url}/v1/jobs/${id}/events?token=${token}`)
    expect(response.headers.get("content-type")).toBe("text/event-stream")
    const [, event = ""] = (await response.text()).split("\n\n")
    expect(event.split("\n").sort()).toEqual([expect.stringMatching(/^data: \{"id":/), "id: ready.0.0"])
  })
})

async function rotated(apiKey: string) {
  const api = await openApi({ sluice: buffered.sluice, apiKey })
  afterAll(api.close)
  return api
}

async function collect(jobs: AsyncIterable<WatchedJob>, seen: WatchedJob[]): Promise<void> {
  for await (const job of jobs) seen.push(job)
}

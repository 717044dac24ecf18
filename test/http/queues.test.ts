import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

const enqueueOn = (queue: string, options = {}) =>
  api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" }, options: { queue, ...options } })
const queueNamed = async (name: string) =>
  (await api.get("/v1/queues")).body.queues.find((queue: { name: string }) => queue.name === name)

test("GET /v1/queues counts what waits in each queue", async () => {
  await enqueueOn("counted")
  await enqueueOn("counted")
  await enqueueOn("counted", { delay: "1h" })

  expect(await queueNamed("counted")).toEqual({
    name: "counted",
    paused: false,
    pausedUntil: null,
    waitingLimit: null,
    ready: 2,
    scheduled: 1,
    blocked: 0,
    running: 0,
    oldestReadyAt: expect.stringMatching(/Z$/),
    isEstimate: false,
  })
})

test("jobs of a paused queue wait until it is resumed", async () => {
  expect(await api.post("/v1/queues/paused/pause")).toMatchObject({
    status: 200,
    body: { name: "paused", paused: true },
  })
  const { id } = (await enqueueOn("paused")).body
  await api.drain()
  expect((await queueNamed("paused")).paused).toBe(true)
  expect((await api.get(`/v1/jobs/${id}`)).body.state).not.toBe("succeeded")

  expect(await api.post("/v1/queues/paused/resume")).toMatchObject({
    status: 200,
    body: { name: "paused", paused: false },
  })
  await api.drain()
  expect((await api.get(`/v1/jobs/${id}`)).body.state).toBe("succeeded")
})

test("a queue's name may have a slash, percent-encoded or not", async () => {
  for (const path of ["/v1/queues/mail/bulk/pause", "/v1/queues/mail%2Fbulk/pause"]) {
    expect(await api.post(path)).toMatchObject({ status: 200, body: { name: "mail/bulk", paused: true } })
  }
})

test("a queue with odd characters is answered 422", async () => {
  for (const name of ["a%20b", "%00", "b%C3%BCro", "x".repeat(200), "%3Cscript%3E"]) {
    expect((await api.post(`/v1/queues/${name}/pause`)).body).toMatchObject({
      status: 422,
      code: "invalid_name",
    })
  }
})

test("queues come a thousand at a time, by name", async () => {
  await api.rows(
    "insert into sluice.jobs (name, queue, state) select 'greet', 'page/' || lpad(n::text, 4, '0'), 'ready' from generate_series(1, 1200) n",
  )
  const first = (await api.get("/v1/queues?after=page/")).body
  expect(first.queues).toHaveLength(1_000)
  expect(first.next).toBe("page/1000")
  const second = (await api.get(`/v1/queues?after=${encodeURIComponent(first.next)}`)).body
  const names = second.queues.map(({ name }: { name: string }) => name)
  expect(names.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, n) => `page/${1_001 + n}`))
  expect(second.next).toBeUndefined()
})

test("of many queues no more are read than are answered", async () => {
  const names = async (options: { after?: string; limit?: number }) =>
    (await api.sluice.listQueues(options)).map(({ name }) => name)
  expect(await names({ after: "page/0100", limit: 2 })).toEqual(["page/0101", "page/0102"])
  expect(await names({ limit: 1_000 })).toHaveLength(1_000)

  const query = "after=%00"
  expect((await api.get(`/v1/queues?${query}`)).body).toMatchObject({ status: 422, code: "invalid_name" })
})

import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

test.each([
  ["queues", "queue", "mail"],
  ["names", "name", "greet"],
  ["keys", "key", "account/7 ü"],
])("POST /v1/%s/{name}/pause takes an end, and /resume ends it", async (path, kind, target) => {
  const at = `/v1/${path}/${encodeURIComponent(target)}`
  expect(await api.post(`${at}/pause`, { until: "2040-01-01T00:00:00Z" })).toMatchObject({
    status: 200,
    body: { name: target, paused: true },
  })
  const pause = { kind, target, pausedAt: expect.any(String), until: "2040-01-01T00:00:00.000Z" }
  expect((await api.get("/v1/pauses")).body).toEqual({ pauses: [pause] })

  await api.post(`${at}/pause`, { for: "1h" })
  expect((await api.get("/v1/pauses")).body.pauses[0].until).not.toBe(pause.until)
  await api.post(`${at}/pause`)
  expect((await api.get("/v1/pauses")).body.pauses).toMatchObject([{ kind, target, until: null }])

  expect(await api.post(`${at}/resume`)).toMatchObject({ status: 200, body: { name: target, paused: false } })
  expect((await api.get("/v1/pauses")).body).toEqual({ pauses: [] })
})

test.each([
  [{ until: "soon" }, "invalid_option"],
  [{ for: "soon" }, "invalid_duration"],
  [{ until: "2040-01-01T00:00:00Z", for: 60 }, "invalid_option"],
  [{ untill: 1 }, "unknown_key"],
  [[], "invalid_body"],
])("a pause with %j is answered 422", async (body, code) => {
  for (const path of ["queues", "names", "keys"])
    expect((await api.post(`/v1/${path}/mail/pause`, body)).body).toMatchObject({ status: 422, code })
  expect((await api.get("/v1/pauses")).body).toEqual({ pauses: [] })
})

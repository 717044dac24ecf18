import { expect, test } from "vitest"
import { useApi } from "../http/api.ts"

const api = await useApi()
const path = "/v1/schedules/reports/daily"
const settings = { name: "greet", cron: "0 8 * * 1-5", timeZone: "Europe/Berlin", payload: { to: "team" } }

test("a schedule is set, read, listed and deleted", async () => {
  const stored = await api.request("PUT", path, { body: settings })
  expect(stored).toMatchObject({
    status: 200,
    body: { key: "reports/daily", ...settings, dynamic: true, paused: false, runs: [] },
  })
  expect(stored.body.next).toHaveLength(5)
  expect(await api.get(path)).toMatchObject({ status: 200, body: stored.body })
  expect((await api.get("/v1/schedules?limit=10")).body).toEqual({ schedules: [stored.body] })
  expect((await api.get("/v1/schedules?after=z")).body).toEqual({ schedules: [] })

  expect((await api.request("DELETE", path)).status).toBe(204)
  expect((await api.get(path)).body).toMatchObject({ status: 404, code: "schedule_not_found" })
})

test("a schedule is run, paused and resumed", async () => {
  await api.request("PUT", path, { body: settings })
  const run = await api.post(`${path}/run`)
  expect(run).toMatchObject({
    status: 200,
    body: { runs: [{ jobId: run.body.jobId, requested: true, outcome: "enqueued" }] },
  })
  expect((await api.get(`/v1/jobs/${run.body.jobId}`)).body).toMatchObject({
    name: "greet",
    payload: { to: "team" },
  })

  const until = "2040-01-01T00:00:00.000Z"
  expect((await api.post(`${path}/pause`, { until })).body).toMatchObject({
    paused: true,
    next: { length: 5 },
  })
  expect((await api.post(`${path}/pause`)).body).toMatchObject({ paused: true, pausedUntil: null, next: [] })
  expect((await api.post(`${path}/resume`)).body).toMatchObject({ paused: false })
})

test.each([
  ["PUT", path, { ...settings, cron: "0 8 * * MONDAY" }, 422, "at character 9"],
  ["PUT", path, { ...settings, colour: "red" }, 422, "The body has no key 'colour'"],
  ["PUT", path, [], 422, "The body is a list; send an object"],
  ["PUT", "/v1/schedules/a%20b", settings, 422, "1 to 128 letters"],
  ["GET", "/v1/schedules?limit=x", undefined, 422, "limit is"],
  ["POST", "/v1/schedules/none/run", undefined, 404, "No schedule has the key"],
  ["POST", "/v1/schedules/none/pause", undefined, 404, "No schedule has the key"],
  ["POST", `${path}/pause`, { til: 1 }, 422, "til"],
  ["DELETE", "/v1/schedules/none", undefined, 404, "No schedule has the key"],
  ["POST", path, settings, 405, "does not allow POST"],
  ["DELETE", "/v1/schedules", undefined, 405, "does not allow DELETE"],
])("%s %s with %j is answered %i", async (method, at, body, status, detail) => {
  const answer = await api.request(method, at, body === undefined ? {} : { body })
  expect(answer).toMatchObject({ status, body: { status, detail: expect.stringContaining(detail) } })
})

test("a schedule that is defined in code is not changed: 409", async () => {
  await api.rows("select sluice.store_schedule('code', $1, false)", [settings])
  expect(await api.request("PUT", "/v1/schedules/code", { body: settings })).toMatchObject({
    status: 409,
    body: { code: "schedule_in_code" },
  })
  expect(await api.request("DELETE", "/v1/schedules/code")).toMatchObject({ status: 409 })
})

test.each([
  [{ cron: "0 25 * * *" }, "/cron"],
  [{ overlap: "queue?" }, "/overlap"],
  [{ corn: 1 }, "/corn"],
  [{ options: { delay: "soon" } }, "/options/delay"],
  [{ options: { runAt: "2040-01-01T00:00:00Z" } }, "/options/runAt"],
  [{ name: "a b" }, "/name"],
])("settings with %j are answered 422 with the place", async (wrong, pointer) => {
  const { status, body } = await api.request("PUT", path, { body: { ...settings, ...wrong } })
  expect({ status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ pointer }] })
})

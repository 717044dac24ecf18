import { expect, onTestFinished, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { openApi, useApi } from "./api.ts"

const api = await useApi()

const enqueue = async (delay?: string) =>
  (
    await api.post("/v1/jobs", {
      name: "greet",
      payload: { to: "Ada" },
      options: { ...(delay && { delay }) },
    })
  ).body.id as string

test("GET /v1/jobs/{id}?wait=20 responds when the job has finished", async () => {
  const id = await enqueue()
  const waiting = api.get(`/v1/jobs/${id}?wait=20`)
  await api.drain()
  const { status, body } = await waiting
  expect(status).toBe(200)
  expect(body).toMatchObject({ state: "succeeded", result: { greeting: "Hello Ada" } })
})

test("after so many seconds it responds with the job as it is", async () => {
  const id = await enqueue("1h")
  for (const seconds of ["0", "0.05"]) {
    const { status, body } = await api.get(`/v1/jobs/${id}?wait=${seconds}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id, state: "scheduled" })
  }
})

test("an unknown job isn't awaited", async () => {
  expect(await api.get("/v1/jobs/99999999?wait=20")).toMatchObject({
    status: 404,
    body: { code: "job_not_found" },
  })
})

test.each(["", "-1", "x", "26", "1e1", "1h", "Infinity", "20;", "0x10", "9999999"])(
  "wait=%s is refused",
  async (text) => {
    const { status, body } = await api.get(`/v1/jobs/1?wait=${encodeURIComponent(text)}`)
    expect({ status, code: body.code }).toEqual({ status: 422, code: "invalid_option" })
    expect(body.detail).toContain("wait")
  },
)

test("a client that goes away ends its wait", async () => {
  const waits: Promise<unknown>[] = []
  const sluice = {
    ...api.sluice,
    waitForJob(...given: Parameters<typeof api.sluice.waitForJob>) {
      const waiting = api.sluice.waitForJob(...given)
      waits.push(waiting)
      return waiting
    },
  }
  const watched = await openApi({ sluice })
  onTestFinished(watched.close)
  const id = await enqueue("1h")
  const gone = new AbortController()
  const asking = fetch(`${watched.url}/v1/jobs/${id}?wait=25`, {
    headers: { authorization: `Bearer ${watched.key}` },
    signal: gone.signal,
  })
  await eventually(() => expect(waits).toHaveLength(1))
  gone.abort()
  await expect(asking).rejects.toThrow()
  await expect(waits[0]).rejects.toBeDefined()
  expect(watched.logged, "nothing has failed").toEqual([])
})

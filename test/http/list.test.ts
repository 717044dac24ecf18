import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

test("GET /v1/jobs lists the jobs of a filter, page by page", async () => {
  const ids: string[] = []
  for (let nth = 0; nth < 3; nth++) {
    const options = { tags: [nth === 1 ? "other" : "mine"], queue: "mail" }
    ids.unshift((await api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" }, options })).body.id)
  }
  await api.drain()
  ids.unshift((await api.post("/v1/jobs", { name: "anything", options: { delay: "1h" } })).body.id)

  const seen: string[] = []
  let after = ""
  do {
    const { status, body } = await api.get(`/v1/jobs?limit=1${after}`)
    expect(status).toBe(200)
    seen.push(...body.jobs.map(({ id }: { id: string }) => id))
    after = body.next === undefined ? "" : `&after=${body.next}`
  } while (after !== "")
  expect(seen.toSorted()).toEqual(ids.toSorted())

  const mine = await api.get("/v1/jobs?state=succeeded&name=greet&queue=mail&tag=mine")
  expect(mine.body.jobs).toHaveLength(2)
  expect(mine.body).not.toHaveProperty("next")
  const either = await api.get(
    "/v1/jobs?state=succeeded&state=scheduled&name=greet&name=anything&since=2001-01-01T00:00:00Z",
  )
  expect(either.body.jobs).toHaveLength(4)
  const byInput = await api.get("/v1/jobs?input=to:Ada")
  expect(byInput.body.jobs).toHaveLength(3)
})

test("jobs are listed and counted by their metadata, whose values have types", async () => {
  for (const customer of [7, "7"])
    await api.post("/v1/jobs", { name: "anything", options: { delay: "1h", metadata: { customer } } })

  const query = `metadata=${encodeURIComponent('{"customer":7}')}`
  const { status, body } = await api.get(`/v1/jobs?${query}`)
  expect({ status, jobs: body.jobs }).toMatchObject({ status: 200, jobs: [{ metadata: { customer: 7 } }] })
  expect(body.jobs).toHaveLength(1)
  const counted = await api.get(`/v1/jobs/counts?${query}`)
  expect(counted.body).toMatchObject({ count: 1, states: { scheduled: { count: 1 } } })
})

test("a limit that is no number is quoted", async () => {
  const { body } = await api.get("/v1/jobs?limit=many")
  expect(body.detail).toContain('limit is "many"')
})

test.each([
  ["state=asleep", "invalid_option"],
  ["name=no%20spaces", "invalid_name"],
  ["name=", "invalid_name"],
  ["tag=", "invalid_option"],
  ["limit=0", "invalid_option"],
  ["limit=1e2", "invalid_option"],
  ["limit=1001", "invalid_option"],
  ["after=nowhere", "invalid_option"],
  ["metadata=1", "invalid_option"],
  ["metadata={}", "invalid_option"],
  ["metadata={customer:7}", "invalid_option"],
  ["metadata={%22customer%22:12345678901234567890}", "invalid_option"],
  ["ids=1", "unknown_key"],
  ["tag=a&tag=b", "unknown_key"],
  ["state=ready&state=asleep", "invalid_option"],
  ["input=novalue", "invalid_option"],
  ["since=yesterday", "invalid_option"],
])("GET /v1/jobs?%s is refused", async (query, code) => {
  const { status, body } = await api.get(`/v1/jobs?${query}`)
  expect({ status, code: body.code }).toEqual({ status: 422, code })
})

import { expect, test } from "vitest"
import { useApi } from "../http/api.ts"

const api = await useApi()
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"

test("the API returns the request's correlation id and stores it with every job of a batch", async () => {
  const headers = { "x-correlation-id": "order-4711" }
  const answer = await api.post(
    "/v1/jobs/batch",
    { jobs: [{ name: "anything" }, { name: "anything" }] },
    { headers },
  )
  expect(answer.headers.get("x-correlation-id")).toBe("order-4711")
  expect(await carriers()).toEqual([{ correlationId: "order-4711" }, { correlationId: "order-4711" }])
  expect(api.logged.at(-1)).toContain('"correlationId":"order-4711"')
})

test("without one it takes the trace id of a traceparent, and else makes one", async () => {
  const traced = await enqueue({ traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` })
  expect(traced.headers.get("x-correlation-id")).toBe(TRACE_ID)
  const made = await enqueue({})
  expect(made.headers.get("x-correlation-id")).toMatch(UUID)
  expect(await carriers()).toEqual([
    { correlationId: TRACE_ID },
    { correlationId: made.headers.get("x-correlation-id") },
  ])
})

test("one that is too long or holds a blank is replaced, and the job is stored", async () => {
  for (const label of ["a".repeat(129), "two words"]) {
    const answer = await enqueue({ "x-correlation-id": label })
    expect(answer.status).toBe(201)
    expect(answer.headers.get("x-correlation-id")).toMatch(UUID)
  }
})

test("a refused request is answered with its correlation id as well", async () => {
  const headers = { "x-correlation-id": "order-4712" }
  const answer = await api.post("/v1/jobs", { name: "unheard-of" }, { headers })
  expect(answer.status).toBe(422)
  expect(answer.headers.get("x-correlation-id")).toBe("order-4712")
})

function enqueue(headers: Record<string, string>) {
  return api.post("/v1/jobs", { name: "anything" }, { headers })
}

/** Of all jobs, which are deleted then. */
async function carriers(): Promise<unknown[]> {
  const rows = await api.rows(
    "with gone as (delete from sluice.jobs returning id, carrier) select * from gone order by id",
  )
  return rows.map(({ carrier }) => carrier)
}

import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const steps = [
  { step: "ship", name: "anything", options: { after: ["charge"] } },
  { step: "charge", name: "anything" },
]

test("a workflow is enqueued, read, drawn and finished over HTTP", async () => {
  const { status, body, headers } = await api.post("/v1/workflows", {
    name: "order",
    steps,
    properties: { order: 7 },
  })
  expect({ status, jobs: Object.keys(body.jobs).toSorted() }).toEqual({
    status: 201,
    jobs: ["charge", "ship"],
  })
  expect(headers.get("location")).toBe(`/v1/workflows/${body.id}`)
  expect((await api.get(`/v1/workflows/${body.id}`)).body).toMatchObject({
    name: "order",
    state: "open",
    properties: { order: 7 },
    steps: [
      { step: "charge", state: "ready", after: [] },
      { step: "ship", id: body.jobs.ship, state: "waiting", after: ["charge"] },
    ],
  })
  await api.drain()
  expect((await api.get(`/v1/workflows/${body.id}`)).body).toMatchObject({ state: "succeeded", succeeded: 2 })
  const picture = await fetch(`${api.url}/v1/workflows/${body.id}/mermaid`, {
    headers: { authorization: `Bearer ${api.key}` },
  })
  expect(picture.headers.get("content-type")).toMatch(/^text\/plain/)
  expect(await picture.text()).toMatch(/^flowchart TD\n {2}s0\["charge<br\/>succeeded"\]:::succeeded\n/)
})

test("a request that is sent again with its Idempotency-Key returns the same workflow", async () => {
  const send = () =>
    api.post("/v1/workflows", { name: "order", steps }, { headers: { "idempotency-key": '"order-7"' } })
  const first = await send()
  expect(await send()).toMatchObject({ status: 201, body: first.body })
})

test("what is wrong with a workflow is told with its place", async () => {
  const post = async (body: object) => (await api.post("/v1/workflows", body)).body
  const circle = [{ ...steps[0], options: { after: "ship" } }]
  expect(await post({ name: "order", steps: circle })).toMatchObject({
    code: "invalid_workflow",
    detail: expect.stringContaining("ship → ship"),
    errors: [{ pointer: "/steps" }],
  })
  const late = [...steps, { step: "late", name: "anything", options: { delay: "soon" } }]
  expect(await post({ name: "order", steps: late })).toMatchObject({
    code: "invalid_duration",
    errors: [{ pointer: "/steps/2/options/delay" }],
  })
  const { status, body } = await api.post("/v1/jobs", { name: "anything", options: { after: "999999" } })
  expect({ status, code: body.code, errors: body.errors }).toMatchObject({
    status: 422,
    code: "parent_not_found",
    errors: [{ pointer: "/options/after" }],
  })
})

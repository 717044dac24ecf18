import { expect, test } from "vitest"
import { useApi } from "../http/api.ts"

const api = await useApi()

test("POST /v1/waits/{token} completes a token once; 409 after that, and 404 for an unknown one", async () => {
  const at = `/v1/waits/${encodeURIComponent("order/7 ü")}`
  expect(await api.post(at, { value: 1 })).toMatchObject({ status: 404, body: { code: "wait_not_found" } })
  expect(await api.post(at, { value: { by: "ada" }, early: true })).toMatchObject({
    status: 200,
    body: { token: "order/7 ü", state: "completed" },
  })
  expect(await api.post(at, { value: 1 })).toMatchObject({ status: 409, body: { code: "wait_completed" } })
})

test.each([
  [{ valeu: 1 }, "unknown_key", "/valeu"],
  [{ early: "yes" }, "invalid_option", "/early"],
  [[], "invalid_body", ""],
])("a completion with %j is answered 422 with the place", async (body, code, pointer) => {
  const { body: problem } = await api.post("/v1/waits/t", body)
  expect(problem).toMatchObject({ status: 422, code, errors: [{ pointer }] })
  expect(problem.detail).not.toContain("options.")
})

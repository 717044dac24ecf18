import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()

test("a number of a hundred thousand digits is judged at once", async () => {
  const zeros = "0".repeat(100_000)
  const numbers = [`9007199254740992.${zeros}`, `1${zeros}1e-99980`, `9007199254740992.${zeros}1`]

  const beganAtMs = performance.now()
  const answers = await Promise.all(
    numbers.map((number) => api.post("/v1/jobs", `{"name": "anything", "payload": {"number": ${number}}}`)),
  )
  expect(performance.now() - beganAtMs).toBeLessThan(5_000)
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [201, undefined],
    [422, "inexact_number"],
    [422, "inexact_number"],
  ])
})

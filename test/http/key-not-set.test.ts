import { createApp } from "@sluice/http"
import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const { sluice, rows } = await useApi()
const NOTHING = [
  undefined,
  null,
  "",
  "  ",
  ",",
  [],
  [undefined, ""],
  "undefined",
  " null",
  "undefined,",
  ["undefined"],
] as (string | undefined)[]

test("without a key an app is created, as where it is built, and refuses each request that needs one", async () => {
  for (const apiKey of NOTHING) {
    for (const authorization of ["Bearer undefined", "Bearer null", "Bearer ,", "Bearer  ", ""]) {
      const answer = await createApp({ sluice, apiKey, log: silent }).request("/v1/jobs", {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ name: "anything" }),
      })
      expect(answer.status).toBe(500)
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
      expect(await answer.json()).toMatchObject({ code: "not_configured" })
    }
  }
  expect(await rows("select 1 from sluice.jobs")).toEqual([])
})

test("the log says which key is missing", async () => {
  const lines: string[] = []
  const log = { ...silent, error: (line: string) => lines.push(line) }
  await createApp({ sluice, apiKey: undefined, log }).request("/v1/queues")
  expect(lines).toEqual([expect.stringMatching(/^GET \/v1\/queues failed: createApp's apiKey is missing/)])
})

test("what needs no key is served without one; the deep health check is not", async () => {
  const app = createApp({ sluice, apiKey: undefined, log: silent })
  expect((await app.request("/openapi.json")).status).toBe(200)
  expect((await app.request("/health")).status).toBe(200)
  expect((await app.request("/health?deep")).status).toBe(500)
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }

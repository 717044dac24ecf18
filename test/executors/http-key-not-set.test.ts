import { defineJob } from "@sluice/core"
import { createPerformHandler } from "@sluice/http"
import { expect, test } from "vitest"
import { KEY, newEvent, newKey, signatureHeaders } from "./endpoint.ts"

let performed = 0
const job = defineJob({ name: "job", perform: () => void performed++ })
const lines: string[] = []
const log = { debug() {}, info() {}, warn() {}, error: (line: string) => void lines.push(line) }
const request = (key?: string) => {
  const body = JSON.stringify(newEvent())
  return new Request("https://app.test/perform", {
    method: "POST",
    headers: signatureHeaders(body, { key: key ?? KEY }),
    body,
  })
}

test("without a key a handler is created, as by next build, and refuses every request with a problem", async () => {
  for (const key of [undefined, null, "", " ", [], [undefined, ""]] as (string | undefined)[]) {
    const response = await createPerformHandler({ jobs: [job], key, log })(request())
    expect(response.status).toBe(500)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(await response.json()).toMatchObject({ code: "not_configured" })
  }
  expect(performed).toBe(0)
  expect(lines).toHaveLength(6)
  for (const line of lines)
    expect(line).toMatch(/^POST \/perform failed: createPerformHandler's key is missing/)
})

test("a signature made with an empty key is refused too", async () => {
  const response = await createPerformHandler({ jobs: [job], key: "", log })(request("whsec_"))
  expect(response.status).toBe(500)
  expect(performed).toBe(0)
})

test("of several keys, one that isn't set is left out", async () => {
  const handler = createPerformHandler({ jobs: [job], key: [KEY, undefined], log })
  expect((await handler(request())).status).toBe(200)
  expect((await handler(request(newKey()))).status).toBe(401)
})

test("a key that is no signing key is refused at once", () => {
  for (const key of ["secret", "whsec_short", 5 as never, [KEY, "secret"]])
    expect(() => createPerformHandler({ jobs: [job], key })).toThrow(/not a signing key/)
})

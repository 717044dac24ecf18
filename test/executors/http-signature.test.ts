import { defineJob } from "@sluice/core"
import { createPerformHandler } from "@sluice/http"
import { expect, test } from "vitest"
import { KEY, newEvent, newKey, signatureHeaders, startEndpoint } from "./endpoint.ts"

let performed = 0
const job = defineJob({ name: "job", perform: () => void performed++ })
const oldKey = newKey()
const url = await startEndpoint(createPerformHandler({ jobs: [job], key: [KEY, oldKey] }))
const body = JSON.stringify(newEvent())

const sign = ({
  text = body,
  ...options
}: {
  key?: string
  id?: string
  atMs?: number
  text?: string
} = {}) => signatureHeaders(text, options)

const post = (headers: Record<string, string>, text = body) =>
  fetch(url, { method: "POST", headers, body: text })

test.each([
  ["the handler's key", sign()],
  ["the key that it replaces", sign({ key: oldKey })],
  ["several keys, of which one is known", severalSignatures()],
  ["a clock that is 4 minutes off", sign({ atMs: Date.now() - 240_000 })],
])("a request that was signed with %s is performed", async (_what, headers) => {
  const before = performed
  const response = await post(headers)
  expect([response.status, await response.json()]).toEqual([200, {}])
  expect(performed).toBe(before + 1)
})

test.each([
  ["no signature", {}, body],
  ["another key", sign({ key: newKey() }), body],
  ["another body", sign(), body.replace("default", "defaulT")],
  ["another id", { ...sign(), "webhook-id": "msg_2" }, body],
  ["another time", { ...sign(), "webhook-timestamp": `${Math.floor(Date.now() / 1_000) - 9}` }, body],
  ["a signature of 6 minutes ago", sign({ atMs: Date.now() - 360_000 }), body],
  ["a signature of the future", sign({ atMs: Date.now() + 360_000 }), body],
  ["a signature of an unknown version", { ...sign(), "webhook-signature": "v9,AAAA" }, body],
])("a request with %s is refused with 401, and nothing is performed", async (_what, headers, text) => {
  const before = performed
  const response = await post(headers, text)
  expect(response.status).toBe(401)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
  expect(await response.json()).toMatchObject({ code: "wrong_signature" })
  expect(performed).toBe(before)
})

test.each([
  ["a job that is unknown", body.replace('"job"', '"jbo"'), 404],
  ["a body that is no JSON", "{", 400],
  ["a body that is too large", `"${"x".repeat(1024 * 1024)}"`, 413],
])("%s is answered with a problem though it is signed", async (_what, text, status) => {
  const response = await post(sign({ text }), text)
  expect(response.status).toBe(status)
})

test.each(["secret", "whsec_c2hvcnQ="])("the key %j is refused before anything is served", (key) => {
  expect(() => createPerformHandler({ jobs: [job], key })).toThrow(
    expect.objectContaining({ code: "invalid_key", message: expect.not.stringContaining("c2hvcnQ") }),
  )
})

function severalSignatures(): Record<string, string> {
  const { "webhook-signature": unknown } = sign({ key: newKey() })
  const { "webhook-signature": known, ...rest } = sign()
  return { ...rest, "webhook-signature": `${unknown} ${known}` }
}

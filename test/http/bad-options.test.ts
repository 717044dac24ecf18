import { afterAll, expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const enqueue = (options: unknown) => api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" }, options })
const noon = "2030-01-01T12:00:00Z"

const cases: [what: string, options: object, code: string, pointer: string, detail: RegExp][] = [
  ["options that are a list", ["queue"], "invalid_body", "/options", /is a list/],
  ["an unknown option", { prority: 1 }, "unknown_option", "/options/prority", /did you mean "priority"/],
  ["the option transaction", { transaction: {} }, "unknown_option", "/options/transaction", /transaction/],
  ["runAt that is no date", { runAt: "tomorrow" }, "invalid_option", "/options/runAt", /tomorrow.*ISO 8601/],
  [
    "runAt on a day that is not",
    { runAt: "2030-13-01T00:00:00Z" },
    "invalid_option",
    "/options/runAt",
    /ISO/,
  ],
  ["runAt as a number", { runAt: 1_900_000_000 }, "invalid_option", "/options/runAt", /ISO/],
  ["runAt of null", { runAt: null }, "invalid_option", "/options/runAt", /null/],
  ["runAt and delay", { runAt: noon, delay: 1 }, "invalid_option", "/options/delay", /not both/],
  ["a delay that is none", { delay: "soon" }, "invalid_duration", "/options/delay", /soon/],
  ["a delay before now", { delay: -1 }, "invalid_duration", "/options/delay", /-1/],
  ["a timeout of nothing", { timeout: 0 }, "invalid_option", "/options/timeout", /0/],
  ["a queue with odd characters", { queue: "a b;drop" }, "invalid_name", "/options/queue", /a b;drop/],
  ["an empty queue", { queue: "" }, "invalid_name", "/options/queue", /letters/],
  ["a priority that is not whole", { priority: 1.5 }, "invalid_option", "/options/priority", /whole/],
  ["a priority as text", { priority: "1" }, "invalid_option", "/options/priority", /whole/],
  ["no attempts", { maxAttempts: 0 }, "invalid_option", "/options/maxAttempts", /1 to/],
  ["a unique key that is no text", { uniqueKey: {} }, "invalid_option", "/options/uniqueKey", /text/],
  ["tags of numbers", { tags: [1] }, "invalid_option", "/options/tags", /list of up to 100 strings/],
  ["metadata that is no object", { metadata: [] }, "invalid_option", "/options/metadata", /object/],
]

for (const [what, options, code, pointer, detail] of cases) {
  test(`${what} is answered 422 ${code} with the place ${pointer}`, async () => {
    const { status, body } = await enqueue(options)
    expect(body).toMatchObject({
      status: 422,
      code,
      detail: expect.stringMatching(detail),
      errors: [{ pointer }],
    })
    expect(status).toBe(422)
  })
}

const unstorable: [what: string, options: object][] = [
  ["a delay beyond all time", { delay: 1e300 }],
  ["a delay of a million years", { delay: 3e13 }],
  ["a delay of a million years in days", { delay: "999999999d" }],
  ["a timeout of a century", { timeout: 3e9 }],
  ["a NUL in a unique key", { uniqueKey: "a\0" }],
  ["half a character in an idempotency key", { idempotencyKey: "\ud800" }],
  ["a NUL in a concurrency key", { concurrencyKey: "a\0" }],
  ["a NUL in a tag", { tags: ["a\0"] }],
  ["a NUL in a key of metadata", { metadata: { "a\0": 1 } }],
  ["half a character in metadata", { metadata: { a: "\udfff" } }],
]

for (const [what, options] of unstorable) {
  test(`${what}, which Postgres can't store, is answered 422`, async () => {
    const { body } = await enqueue(options)
    expect(body).toMatchObject({ status: 422, detail: expect.stringMatching(/\w/) })
  })
}

afterAll(async () => {
  expect(await api.rows("select * from sluice.jobs"), "nothing is stored").toEqual([])
})

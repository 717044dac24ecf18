import { afterAll, expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const enqueue = (options: unknown) => api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" }, options })

// The others are in ../enqueue/cases.ts, for every way in which a job comes.
const cases: [what: string, options: object, code: string, pointer: string, detail: RegExp][] = [
  ["options that are a list", ["queue"], "invalid_option", "/options", /is \["queue"\]: give an object/],
  ["an unknown option", { prority: 1 }, "unknown_option", "/options/prority", /did you mean "priority"/],
  ["the option transaction", { transaction: {} }, "unknown_option", "/options/transaction", /transaction/],
  ["runAt that is no date", { runAt: "tomorrow" }, "invalid_option", "/options/runAt", /tomorrow.*ISO 8601/],
  ["a delay that is none", { delay: "soon" }, "invalid_duration", "/options/delay", /soon/],
  ["a queue with odd characters", { queue: "a b;drop" }, "invalid_name", "/options/queue", /a b;drop/],
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

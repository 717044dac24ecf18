import { afterAll, expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi()
const e = "é"

const cases: [what: string, body: unknown, answer: string, pointer: string, detail: RegExp][] = [
  ["an unknown job name", { name: "gret" }, "422 unknown_job", "/name", /did you mean "greet"/],
  ["a far-off job name", { name: "zzzzzzzz" }, "422 unknown_job", "/name", /known are .*greet/],
  ["a job name that is no text", { name: 7 }, "422 invalid_name", "/name", /name is 7: give/],
  ["no job name", { payload: {} }, "422 invalid_name", "/name", /name is missing: give/],
  ["a job name with odd characters", { name: "a b" }, "422 invalid_name", "/name", /letters, digits/],
  [
    "a wrong value",
    { name: "greet", payload: { to: 7 } },
    "422 invalid_payload",
    "/payload/to",
    /payload\.to/,
  ],
  ["a missing value", { name: "greet", payload: {} }, "422 invalid_payload", "/payload/to", /payload\.to/],
  [
    "a payload of the wrong kind",
    { name: "greet", payload: "Ada" },
    "422 invalid_payload",
    "/payload",
    /greet/,
  ],
  ["a payload of null", { name: "anything", payload: null }, "422 invalid_payload", "/payload", /null/],
  ["a NUL", { name: "anything", payload: { x: "a\0b" } }, "422 invalid_payload", "/payload/x", /NUL/],
  [
    "half a character",
    { name: "anything", payload: { x: "\ud800" } },
    "422 invalid_payload",
    "/payload/x",
    /surrog/,
  ],
  [
    "too much",
    { name: "anything", payload: e.repeat(131_072) },
    "413 payload_too_large",
    "/payload",
    /262144/,
  ],
  [
    "an unknown key",
    { name: "greet", paylod: {} },
    "422 unknown_key",
    "/paylod",
    /The body has no key 'paylod': did you mean 'payload'/,
  ],
  ["a body that is a list", [{ name: "greet" }], "422 invalid_body", "", /is a list/],
  ["a body of null", "null", "422 invalid_body", "", /null/],
  ["a body of text", '"greet"', "422 invalid_body", "", /string/],
]

for (const [what, body, expected, pointer, detail] of cases) {
  test(`${what} is answered ${expected} with the place ${pointer}`, async () => {
    const { status, headers, body: problem } = await api.post("/v1/jobs", body)

    expect(`${status} ${problem.code}`).toBe(expected)
    expect(problem).toMatchObject({ type: "about:blank", title: expect.stringMatching(/\w/), status })
    expect(problem.detail).toMatch(detail)
    expect(problem.errors[0]).toEqual({ pointer, message: expect.stringMatching(/./) })
    expect(headers.get("content-type")).toBe("application/problem+json")
  })
}

test("a payload of just 256 KiB is taken, one byte more is not", async () => {
  const payload = "x".repeat(256 * 1024 - 2) // and two quotes
  const results = [payload, `${payload}x`].map((payload) =>
    api.post("/v1/jobs", { name: "anything", payload }),
  )
  const [fits, exceeds] = await Promise.all(results)
  expect([fits?.status, exceeds?.status]).toEqual([201, 413])
  await api.rows("delete from sluice.jobs")
})

test("every issue of a payload is told with its place", async () => {
  const { body } = await api.post("/v1/jobs", { name: "pair", payload: { left: "1", right: { "a/b~c": 2 } } })
  const pointers = body.errors.map((error: { pointer: string }) => error.pointer)
  expect(pointers).toEqual(["/payload/left", "/payload/right/a~1b~0c"])
})

test("what is nested beyond measure is answered 422", async () => {
  for (const depth of [20_000, 100_000]) {
    const deep = `{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`
    for (const place of [`"payload":${deep}`, `"options":{"metadata":${deep}}`]) {
      const { status } = await api.post("/v1/jobs", `{"name":"anything",${place}}`)
      expect({ depth, place: place.slice(0, 9), status }).toEqual({
        depth,
        place: place.slice(0, 9),
        status: 422,
      })
    }
  }
})

afterAll(async () => {
  expect(await api.rows("select * from sluice.jobs"), "nothing is stored").toEqual([])
})

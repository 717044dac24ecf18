import { request } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi({ maxBodyBytes: 100_000 })

const malformed: [string, string | Buffer, RegExp][] = [
  ["an empty body", "", /empty/],
  ["blanks", " \n", /empty/],
  ["a cut-off object", '{"name":"greet"', /position 15/],
  ["a trailing comma", '{"name":"greet",}', /position 16/],
  ["text after the object", '{"name":"greet"} x', /position 17/],
  ["no JSON at all", "name=greet", /not JSON/],
  ["a raw control character", '{"name":"a\nb"}', /position 10/],
  ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /UTF-8/],
]

for (const [what, text, detail] of malformed) {
  test(`${what} is answered 400`, async () => {
    const { status, body } = await api.post("/v1/jobs", text)
    expect(body).toMatchObject({ status: 400, code: "malformed_json", detail: expect.stringMatching(detail) })
    expect(status).toBe(400)
  })
}

test("a content type other than JSON in UTF-8 is answered 415 with what to send", async () => {
  const types = [
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/jsonp",
    "application/json; charset=latin1",
    null,
  ]
  for (const type of types) {
    const { status, body } = await api.post("/v1/jobs", '{"name":"anything"}', {
      headers: { "content-type": type },
    })
    expect({ type, status, code: body.code }).toEqual({ type, status: 415, code: "unsupported_content_type" })
    expect(body.detail).toContain("content-type: application/json")
  }
})

test("JSON types with parameters or a suffix are taken", async () => {
  for (const type of [
    "application/json;charset=UTF-8",
    'Application/JSON; charset="utf-8"',
    "application/vnd.api+json",
  ]) {
    const { status } = await api.post("/v1/jobs", '{"name":"anything"}', {
      headers: { "content-type": type },
    })
    expect({ type, status }).toEqual({ type, status: 201 })
  }
})

test("a compressed body is answered 415", async () => {
  const { body } = await api.post("/v1/jobs", "{}", { headers: { "content-encoding": "gzip" } })
  expect(body).toMatchObject({ status: 415, code: "unsupported_content_encoding" })
})

test("a body that says it is too large is answered 413", async () => {
  const { status, body } = await api.post("/v1/jobs", `{"name":"${"x".repeat(100_000)}"}`)
  expect({ status, ...body }).toMatchObject({ status: 413, code: "body_too_large" })
  expect(body.detail).toContain("100000")
})

test("a body of unknown length is read no further than the limit", async () => {
  let sentBytes = 0
  const endless = Readable.from(
    (function* () {
      for (; sentBytes < 50_000_000; sentBytes += 10_000) yield Buffer.alloc(10_000, " ")
    })(),
  )
  const post = request(`${api.url}/v1/jobs`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${api.key}`,
      "content-type": "application/json",
      "transfer-encoding": "chunked",
    },
  })
  const status = new Promise((resolve) =>
    post.on("response", (response) => resolve(response.resume().statusCode)),
  )
  // The server hangs up on what it doesn't want to read.
  const sent = pipeline(endless, post).catch(() => undefined)

  expect(await status).toBe(413)
  post.destroy()
  await sent
  expect(sentBytes).toBeLessThan(50_000_000)
})

import { defineJob } from "@sluice/core"
import { http } from "@sluice/http"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { KEY, startEndpoint } from "./endpoint.ts"

const respond: Record<string, () => Response> = {
  "the status 502": () => new Response("bad gateway", { status: 502 }),
  "a redirect": () => new Response(null, { status: 307, headers: { location: "/elsewhere" } }),
  "a page instead of an answer": () => new Response("<html>"),
  "an answer that is none": () => Response.json({ ok: true }),
  "the status 429": () => new Response(null, { status: 429 }),
  "the status 429 and a time": () => new Response(null, { status: 429, headers: { "retry-after": "600" } }),
  "the status 503 and a time": () => new Response("down", { status: 503, headers: { "retry-after": "600" } }),
  "the status 503 and a date": () =>
    new Response("down", {
      status: 503,
      headers: { "retry-after": new Date(Date.now() + 600_000).toUTCString() },
    }),
  "the status 503 for ages": () =>
    new Response("down", { status: 503, headers: { "retry-after": "99999999" } }),
  "an unfit payload": () =>
    Response.json({ error: { name: "UnfitPayload", message: "no" } }, { status: 422 }),
  "an error with a code": () =>
    Response.json({ error: { name: "Refused", message: "no", code: "ECONNREFUSED" } }, { status: 500 }),
  "an empty body": () => new Response(null, { status: 204 }),
}
const url = await startEndpoint(async (request) => {
  const { payload } = (await request.json()) as { payload: { answer: string } }
  return (respond[payload.answer] as () => Response)()
})

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "remote", executor: http({ url, key: KEY }) }),
  defineJob({ name: "patient", onInvalidPayload: "wait", executor: http({ url, key: KEY }) }),
  defineJob({ name: "unreachable", executor: http({ url: "http://127.0.0.1:9/", key: KEY }) }),
  defineJob({
    name: "secretive",
    executor: http({ url: "http://ada:s3cret@127.0.0.1:9/perform?token=s3cret#s3cret", key: KEY }),
  }),
  defineJob({ name: "misplaced", executor: http({ url: "s3cret", key: KEY }) }),
  defineJob({ name: "keyless", executor: http({ url, key: "" }) }),
])

async function performOne(name: string, payload = {}) {
  await database.rows("delete from sluice.jobs")
  const { id } = await sluice.enqueue(name, payload)
  await drainOnce()
  const [row] = await database.rows(
    "select extract(epoch from run_at - now())::float as wait from sluice.jobs where id = $1",
    [id],
  )
  return { ...(await sluice.getJob(id)), wait: row?.wait }
}

test.each([
  ["the status 502", /^POST to http.* returned 502: bad gateway/],
  ["a redirect", /returned 307/],
  ["a page instead of an answer", /returned 200: <html>/],
  ["an answer that is none", /answered \{"ok":true\}: return \{ "result": … \}/],
])("%s is a failed attempt, and the error says what came", async (answer, message) => {
  expect(await performOne("remote", { answer })).toMatchObject({
    attempts: 1,
    errors: [{ outcome: "retried", message: expect.stringMatching(message) }],
  })
})

test.each([
  ["the status 429", 4],
  ["the status 429 and a time", 590],
])("%s puts the job back for later, and no attempt is counted", async (answer, leastWait) => {
  const job = await performOne("remote", { answer })
  expect(job).toMatchObject({ attempts: 0, errors: [] })
  expect(job.wait).toBeGreaterThan(leastWait)
})

test("an empty body is success without a result", async () => {
  expect(await performOne("remote", { answer: "an empty body" })).toMatchObject({
    state: "succeeded",
    result: null,
  })
})

test("an endpoint that can't be reached, or a key that is none, is a failed attempt that says so", async () => {
  expect(await performOne("unreachable")).toMatchObject({
    errors: [{ message: expect.stringMatching(/^POST to http:\/\/127\.0\.0\.1:9\/ failed: .*ECONNREFUSED/) }],
  })
  expect(await performOne("keyless")).toMatchObject({
    errors: [{ class: "InvalidInputError", message: expect.stringContaining("openssl rand -base64 32") }],
  })
})

test("secrets in an executor's url are not in the errors that the history keeps", async () => {
  for (const [name, message] of [
    ["secretive", /^POST to http:\/\/127\.0\.0\.1:9\/perform failed: .*ECONNREFUSED/],
    ["misplaced", /^The url of http\({ url, key }\) is missing or invalid/],
  ] as const) {
    const job = await performOne(name)
    expect(job).toMatchObject({ errors: [{ message: expect.stringMatching(message) }] })
    expect(JSON.stringify(job)).not.toContain("s3cret")
  }
})

test.each([
  ["the status 503 and a time", 600],
  ["the status 503 and a date", 600],
  ["the status 503 for ages", 86_400],
])("%s is a failed attempt that is retried after that, at most a day", async (answer, seconds) => {
  const job = await performOne("remote", { answer })
  expect(job).toMatchObject({
    attempts: 1,
    errors: [
      { outcome: "retried", class: "RetryAfter", message: expect.stringContaining("returned 503: down") },
    ],
  })
  expect(job.wait).toBeGreaterThan(seconds - 10)
  expect(job.wait).toBeLessThanOrEqual(seconds + 1)
})

test("the code of an answer's error is recorded", async () => {
  expect(await performOne("remote", { answer: "an error with a code" })).toMatchObject({
    errors: [{ class: "Refused", code: "ECONNREFUSED" }],
  })
})

test("a payload that doesn't fit the schema of the other side is discarded, or waits there, too", async () => {
  const errors = [{ class: "InvalidPayloadError", code: "invalid_payload", message: "no" }]
  expect(await performOne("remote", { answer: "an unfit payload" })).toMatchObject({
    state: "discarded",
    errors,
  })
  expect(await performOne("patient", { answer: "an unfit payload" })).toMatchObject({
    state: "scheduled",
    attempts: 0,
    errors,
  })
})

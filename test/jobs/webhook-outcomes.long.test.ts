import { beforeEach, expect, test } from "vitest"
import { useJobs } from "./jobs.ts"
import { useReceiver } from "./receiver.ts"

const jobs = await useJobs()
const receiver = await useReceiver()

// A job that a test left to be retried is not for the next one.
beforeEach(async () => void (await jobs.rows("delete from sluice.jobs")))

const answerWith = (status: number, headers: Record<string, string> = {}, body = "") => {
  receiver.answer = (_request, response) => void response.writeHead(status, headers).end(body)
}
const deliver = (more = {}, options = {}) => jobs.perform("webhook", { url: receiver.url, ...more }, options)

for (const status of [200, 201, 204, 299]) {
  test(`${status} is success`, async () => {
    answerWith(status)
    expect(await deliver()).toMatchObject({ state: "succeeded", attempts: 1, result: { status } })
  })
}

for (const status of [300, 304, 400, 401, 403, 404, 410, 422, 499]) {
  test(`${status} discards the job at once, with the beginning of the answer`, async () => {
    answerWith(status, {}, status === 304 ? "" : "the reason")
    const job = await deliver()
    expect(job).toMatchObject({
      state: "discarded",
      attempts: 1,
      errors: [{ outcome: "discarded", class: "Discard" }],
    })
    expect(job.errors[0]?.message).toContain(`${status}${status === 304 ? "" : ": the reason"}`)
  })
}

for (const status of [408, 425, 429, 500, 502, 503, 504, 599]) {
  test(`${status} is retried`, async () => {
    answerWith(status)
    expect(await deliver()).toMatchObject({
      state: "scheduled",
      attempts: 1,
      errors: [{ outcome: "retried" }],
    })
  })
}

test("a redirect is not followed, and the error tells where it points", async () => {
  answerWith(302, { location: `${receiver.url}/elsewhere` })
  const job = await deliver()
  expect(job).toMatchObject({
    state: "discarded",
    errors: [{ message: expect.stringContaining("/elsewhere") }],
  })
  expect(receiver.received).toHaveLength(1)
})

test("`expect` says which statuses are success, and then no other is", async () => {
  answerWith(404)
  expect(await deliver({ expect: 404 })).toMatchObject({ state: "succeeded", result: { status: 404 } })
  expect(await deliver({ expect: [200, 404] })).toMatchObject({ state: "succeeded", result: { status: 404 } })
  answerWith(503)
  expect(await deliver({ expect: [503] })).toMatchObject({ state: "succeeded", result: { status: 503 } })
  answerWith(200)
  expect(await deliver({ expect: 201 })).toMatchObject({ state: "discarded" })
})

const waitOf = async (job: Promise<{ runAt: Date }>) => ((await job).runAt.getTime() - Date.now()) / 1_000

test("Retry-After of 429 and 503 sets the time of the retry, in seconds or as a date", async () => {
  answerWith(429, { "retry-after": "120" })
  expect(await waitOf(deliver())).toBeCloseTo(120, -1)
  answerWith(503, { "retry-after": new Date(Date.now() + 600_000).toUTCString() })
  expect(await waitOf(deliver())).toBeCloseTo(600, -1)
})

test("a Retry-After that is too long, past or no time doesn't park the job", async () => {
  answerWith(503, { "retry-after": "99999999999" })
  expect(await waitOf(deliver())).toBeCloseTo(86_400, -1)
  for (const header of ["Thu, 01 Jan 1970 00:00:00 GMT", "soon", "-5"]) {
    answerWith(503, { "retry-after": header })
    expect(await waitOf(deliver()), header).toBeLessThan(5)
  }
})

test("a connection that is cut is retried, and the error says to whom it went", async () => {
  receiver.answer = (request) => void request.socket.destroy()
  const job = await deliver()
  expect(job).toMatchObject({ state: "scheduled", attempts: 1 })
  expect(job.errors[0]?.message).toBe(`POST to 127.0.0.1:${receiver.port} failed: socket hang up`)
})

test("an answer that breaks off is retried", async () => {
  receiver.answer = (_request, response) => {
    response.writeHead(200, { "content-length": "100" })
    response.write("half", () => response.destroy())
  }
  expect(await deliver()).toMatchObject({ state: "scheduled", attempts: 1 })
})

test("a receiver that doesn't answer within the timeout is let go and tried again", async () => {
  let hungUp = false
  receiver.answer = (request) => void request.socket.on("close", () => (hungUp = true))
  const job = await deliver({}, { timeout: "200ms" })
  expect(job).toMatchObject({ state: "scheduled", attempts: 1, errors: [{ class: "TimeoutError" }] })
  await expect.poll(() => hungUp).toBe(true)
})

test("an answer that never ends is let go at the timeout", async () => {
  receiver.answer = (_request, response) => void response.write("slow")
  expect(await deliver({}, { timeout: "200ms" })).toMatchObject({
    state: "scheduled",
    errors: [{ class: "TimeoutError" }],
  })
})

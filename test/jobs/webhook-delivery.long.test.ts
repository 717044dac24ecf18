import { expect, test } from "vitest"
import { useJobs } from "./jobs.ts"
import { useReceiver } from "./receiver.ts"

const jobs = await useJobs()
const receiver = await useReceiver()

test("a webhook delivers its request, and its result tells the answer", async () => {
  receiver.answer = (_request, response) => void response.writeHead(202).end("thanks")
  const job = await jobs.perform("webhook", {
    url: `${receiver.url}/hooks/a?b=c%20d`,
    method: "PUT",
    headers: { Authorization: "Bearer token", "X-Event": "order.paid" },
    body: { order: 7, note: "Grüße" },
  })

  expect(receiver.received).toEqual([
    {
      method: "PUT",
      path: "/hooks/a?b=c%20d",
      headers: expect.objectContaining({
        authorization: "Bearer token",
        "x-event": "order.paid",
        "content-type": "application/json",
        "user-agent": "sluice",
        host: `127.0.0.1:${receiver.port}`,
      }),
      body: '{"note":"Grüße","order":7}',
    },
  ])
  expect(job).toMatchObject({
    state: "succeeded",
    result: { status: 202, ms: expect.any(Number), body: "thanks" },
  })
})

test("the receiver can tell a second delivery of a job by its idempotency key", async () => {
  receiver.answer = (_request, response) => {
    response.writeHead(receiver.received.length === 1 ? 503 : 200).end()
  }
  const id = await jobs.enqueue("webhook", { url: receiver.url })
  const stateAfterDrain = async () => {
    await jobs.drain()
    return (await jobs.read(id)).state
  }
  await expect.poll(stateAfterDrain, { timeout: 10_000 }).toBe("succeeded")

  expect(receiver.received.map(({ headers }) => [headers["idempotency-key"], headers["webhook-id"]])).toEqual(
    [
      [id, id],
      [id, id],
    ],
  )
})

test("POST without a body is the default", async () => {
  await jobs.perform("webhook", { url: receiver.url })
  expect(receiver.received).toMatchObject([{ method: "POST", body: "", headers: { "content-length": "0" } }])
  expect(receiver.received[0]?.headers).not.toHaveProperty("content-type")
})

test("a text body is sent unchanged, with the content type that the job chose", async () => {
  await jobs.perform("webhook", { url: receiver.url, body: "a=1&b=ü" })
  await jobs.perform("webhook", {
    url: receiver.url,
    body: "<a/>",
    headers: { "Content-Type": "application/xml" },
  })
  expect(receiver.received).toMatchObject([
    { body: "a=1&b=ü", headers: { "content-type": "text/plain; charset=utf-8", "content-length": "8" } },
    { body: "<a/>", headers: { "content-type": "application/xml" } },
  ])
})

test("each method arrives as it was asked for", async () => {
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
  for (const method of methods) {
    expect(await jobs.perform("webhook", { url: receiver.url, method })).toMatchObject({ state: "succeeded" })
  }
  expect(receiver.received.map(({ method }) => method)).toEqual(methods)
})

test("of a long answer the beginning is kept, cut between characters", async () => {
  receiver.answer = (_request, response) => void response.end(`x${"é".repeat(4_000)}`)
  const { result } = await jobs.perform("webhook", { url: receiver.url })
  expect(result).toMatchObject({ status: 200, body: `x${"é".repeat(2_047)}`, truncated: true })
})

test("an answer without end is cut off", async () => {
  receiver.answer = (_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, "x")));
      if (!response.destroyed) response.once("drain", more)
    }
    more()
  }
  const { state, result } = await jobs.perform("webhook", { url: receiver.url })
  expect({ state, result }).toMatchObject({
    state: "succeeded",
    result: { body: "x".repeat(4_096), truncated: true },
  })
})

test("an answer that is no text can be kept too", async () => {
  receiver.answer = (_request, response) => void response.end(Buffer.from([0x61, 0x00, 0xff, 0x62]))
  expect(await jobs.perform("webhook", { url: receiver.url })).toMatchObject({
    state: "succeeded",
    result: { body: "a\uFFFD\uFFFDb" },
  })
})

test("deliveries to one receiver share connections", async () => {
  const payloads = Array.from({ length: 300 }, (_, body) => ({
    name: "webhook",
    payload: { url: receiver.url, body },
  }))
  await jobs.sluice.enqueueMany(payloads)
  await jobs.drain()

  expect(receiver.received).toHaveLength(300)
  expect(receiver.connections).toBeLessThanOrEqual(40)
})

import { createHmac } from "node:crypto"
import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { startMailServer } from "./mail-server.ts"
import { createExampleApp, type RunningFile } from "./page-app.ts"

const SECRET = "a secret of the test"
const body = JSON.stringify({ order: 17, note: "Grüße" })
let failures = 0

const healthy = await startMailServer()
const shaky = await startMailServer({ refuse: () => (failures++ < 1 ? 500 : undefined) })
const refusing = await startMailServer({ refuse: () => 410 })
let askedToWait = 0
const patient = await startMailServer({
  refuse: () => (askedToWait++ < 1 ? 503 : undefined),
  retryAfter: "1e9",
})
const elsewhere = await startMailServer()
const moved = await startMailServer({ refuse: () => 307, location: elsewhere.url })
const app = await createExampleApp("examples/webhook-relay/src", {
  WEBHOOK_SECRET: SECRET,
  SUBSCRIBERS: [healthy, shaky, refusing, patient, moved].map(({ url }) => new URL(url).href).join(","),
  PORT: "0",
})

test("an event is delivered to each subscriber, again after a failure, and once if it is sent twice", async () => {
  await app.run("migrate.ts")
  const server = app.start("server.ts")
  const url = await addressOf(server)
  expect((await send(url, "evt_0", "sha256=00")).status).toBe(401)
  expect((await send(url, "evt_1")).status).toBe(202)
  expect((await send(url, "evt_1")).status).toBe(202)
  const worker = app.start("worker.ts")

  await eventually(async () => {
    expect(await states()).toEqual(["discarded", "discarded", "succeeded", "succeeded"])
  }, 30_000)
  expect(healthy.accepted.map(({ mail, idempotencyKey }) => [mail, idempotencyKey])).toEqual([
    [{ order: 17, note: "Grüße" }, "evt_1"],
  ])
  expect([shaky.received.length, shaky.accepted.length]).toEqual([2, 1])
  expect(refusing.received.length).toBe(1)
  expect([moved.received.length, elsewhere.received.length]).toEqual([1, 0]) // a redirection isn't followed
  const [{ hours }] = await app.database.rows(
    "select extract(epoch from run_at - now()) / 3600 as hours from sluice.jobs",
  )
  expect(Number(hours)).toBeGreaterThan(5.9)
  expect(Number(hours)).toBeLessThan(6.1)
  expect(await worker.end("SIGTERM")).toBe(0)
  expect(await server.end("SIGTERM")).toBe(0)
}, 60_000)

test("an event that can't be stored, or has no id, is refused", async () => {
  const server = app.start("server.ts")
  const url = await addressOf(server)
  const invalid = Buffer.from([0xff, 0xfe])
  for (const [event, content] of [
    ["evt_2", Buffer.from("a\0b")],
    ["evt_3", invalid],
    ["", Buffer.from(body)],
    ["x".repeat(101), Buffer.from(body)],
  ] as const)
    expect((await send(url, event, sign(content), content)).status, event).toBe(400)
  const large = Buffer.alloc(100_001, "x")
  expect((await send(url, "evt_4", sign(large), large)).status).toBe(413)
  expect(await app.database.rows("select id from sluice.jobs")).toHaveLength(1)
  expect(await server.end("SIGTERM")).toBe(0)
})

function addressOf(server: RunningFile): Promise<string> {
  return eventually(() => {
    const [, address = ""] = /ready (\S+)/.exec(server.output()) ?? []
    expect(address).not.toBe("")
    return address
  })
}

function send(url: string, event: string, signature = sign(body), content: string | Buffer = body) {
  return fetch(url, {
    method: "POST",
    body: content,
    headers: { "x-event-id": event, "x-signature": signature },
  })
}

function sign(text: string | Buffer): string {
  return `sha256=${createHmac("sha256", SECRET).update(text).digest("hex")}`
}

async function states(): Promise<string[]> {
  return (await app.database.rows("select state from sluice.finished order by state")).map(
    ({ state }) => state,
  )
}

import { createHmac } from "node:crypto"
import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { startMailServer } from "./mail-server.ts"
import { createExampleApp } from "./page-app.ts"

const SECRET = "a secret of the test"
const body = JSON.stringify({ order: 17, note: "Grüße" })
let failures = 0

const healthy = await startMailServer()
const shaky = await startMailServer({ refuse: () => (failures++ < 1 ? 500 : undefined) })
const refusing = await startMailServer({ refuse: () => 410 })
const app = await createExampleApp("examples/webhook-relay/src", {
  WEBHOOK_SECRET: SECRET,
  SUBSCRIBERS: [healthy.url, shaky.url, refusing.url].map((url) => new URL(url).href).join(","),
  PORT: "0",
})

test("an event is delivered to each subscriber, again after a failure, and once if it is sent twice", async () => {
  await app.run("migrate.ts")
  const server = app.start("server.ts")
  const url = await eventually(() => {
    const [, address = ""] = /ready (\S+)/.exec(server.output()) ?? []
    expect(address).not.toBe("")
    return address
  })
  expect((await send(url, "evt_0", "sha256=00")).status).toBe(401)
  expect((await send(url, "evt_1")).status).toBe(202)
  expect((await send(url, "evt_1")).status).toBe(202)
  const worker = app.start("worker.ts")

  await eventually(async () => {
    expect(await states()).toEqual(["discarded", "succeeded", "succeeded"])
  }, 30_000)
  expect(healthy.accepted.map(({ mail, idempotencyKey }) => [mail, idempotencyKey])).toEqual([
    [{ order: 17, note: "Grüße" }, "evt_1"],
  ])
  expect([shaky.received.length, shaky.accepted.length]).toEqual([2, 1])
  expect(refusing.received.length).toBe(1)
  expect(await worker.end("SIGTERM")).toBe(0)
  expect(await server.end("SIGTERM")).toBe(0)
}, 60_000)

function send(url: string, event: string, signature = sign(body)) {
  return fetch(url, { method: "POST", body, headers: { "x-event-id": event, "x-signature": signature } })
}

function sign(text: string): string {
  return `sha256=${createHmac("sha256", SECRET).update(text).digest("hex")}`
}

async function states(): Promise<string[]> {
  return (await app.database.rows("select state from sluice.finished order by state")).map(
    ({ state }) => state,
  )
}

import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { freePort } from "../support/free-port.ts"
import { startMailServer } from "./mail-server.ts"
import { createPageApp } from "./page-app.ts"

const KEY = "key-of-the-test"
const mail = await startMailServer()
const port = await freePort()
const app = await createPageApp("docs/examples/order-workflow.md", {
  MAIL_URL: mail.url,
  SLUICE_API_KEY: KEY,
  PORT: String(port),
})
const { database } = app

test("an order is approved over HTTP and shipped, a small one needs no approval, and a refused one is refunded", async () => {
  await app.run("migrate.ts")
  const first = app.start("worker.ts")
  app.start("api.ts")
  const picture = await app.run("order.ts", "A17", "900")
  expect(picture).toMatch(/flowchart TD[\s\S]*charge[\s\S]*approve[\s\S]*ship/)
  await app.run("order.ts", "A18", "20")
  await app.run("order.ts", "A19", "1000")

  await eventually(async () => expect(await shipments()).toEqual(["A18 by rule"]), 20_000)
  await eventually(() => expect(mail.accepted).toHaveLength(2), 20_000)
  await first.end("SIGKILL") // nothing of an order that waits is in its memory
  app.start("worker.ts")
  expect(await answer("A17", true)).toBe(200)
  expect(await answer("A17", false)).toBe(409)
  expect(await answer("A19", false)).toBe(200)

  await eventually(async () => expect(await charges()).toEqual(["A17", "A18", "A19 refunded"]), 30_000)
  await eventually(async () => expect(await shipments()).toEqual(["A17 by ada", "A18 by rule"]), 30_000)
  await eventually(async () => expect(await database.rows("select from sluice.jobs")).toEqual([]), 30_000)
  expect(await charges()).toEqual(["A17", "A18", "A19 refunded"])
  expect(mail.accepted).toHaveLength(2)
}, 120_000)

async function shipments(): Promise<string[]> {
  const rows = await database.rows("select order_id, approved_by from shipments order by order_id")
  return rows.map(({ order_id, approved_by }) => `${order_id} by ${approved_by}`)
}

async function charges(): Promise<string[]> {
  const rows = await database.rows("select order_id, refunded_at from charges order by order_id")
  return rows.map(({ order_id, refunded_at }) => `${order_id}${refunded_at ? " refunded" : ""}`)
}

/** What the page behind the link in the mail sends. */
async function answer(order: string, approved: boolean): Promise<number> {
  const asked = mail.accepted.find((one) => one.mail.subject.startsWith(`Order ${order} `))
  const request = {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ value: { approved, by: "ada" } }),
  }
  const url = `http://127.0.0.1:${port}/v1/waits/${encodeURIComponent(asked?.mail.token)}`
  return eventually(async () => (await fetch(url, request)).status)
}

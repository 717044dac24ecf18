import { expect } from "vitest"
import type { Deployment } from "./deployment.ts"

/** Asks the example's web function for receipts. Returns the ids of their jobs. */
export async function requestReceipts(app: Deployment, count: number): Promise<string[]> {
  const url = await app.serve("Web")
  const orders = Array.from({ length: count }, (_, index) => index + 1)
  return Promise.all(orders.map((order) => requestReceipt(url, order)))
}

/** The secrets of the example, for a database. */
export const secretsFor = (databaseUrl: string) => ({ DatabaseUrl: databaseUrl, WebKey: "key-of-the-shop" })

/** Asks for one, with what a test gives instead. */
export function postReceipt(
  url: string,
  { order = "1", key = "key-of-the-shop", body = JSON.stringify({ to: "ada@example.org" }) },
) {
  return fetch(`${url}/orders/${order}/receipt`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body,
  })
}

async function requestReceipt(url: string, order: number): Promise<string> {
  const response = await postReceipt(url, { order: String(order) })
  expect(response.status).toBe(202)
  const { id } = (await response.json()) as { id: string }
  return id
}

import { expect } from "vitest"
import type { Deployment } from "./deployment.ts"

/** Asks the example's web function for receipts. Returns the ids of their jobs. */
export async function requestReceipts(app: Deployment, count: number): Promise<string[]> {
  const url = await app.serve("Web")
  const orders = Array.from({ length: count }, (_, index) => index + 1)
  return Promise.all(orders.map((order) => requestReceipt(url, order)))
}

async function requestReceipt(url: string, order: number): Promise<string> {
  const response = await fetch(`${url}/orders/${order}/receipt`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ to: "ada@example.org" }),
  })
  expect(response.status).toBe(202)
  const { id } = (await response.json()) as { id: string }
  return id
}

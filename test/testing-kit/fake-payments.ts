import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { afterAll } from "vitest"

export interface FakePayments {
  readonly url: string
  /** The bodies of the requests that were carried out, in order. */
  readonly charges: string[]
  reset(): void
}

/** Charges once for each request, or once for each idempotency key. */
export async function startFakePayments(): Promise<FakePayments> {
  const charges: string[] = []
  const keys = new Set<string>()
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const key = request.headers["idempotency-key"]
    if (typeof key !== "string" || !keys.has(key)) charges.push(body)
    if (typeof key === "string") keys.add(key)
    response.end("{}")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`,
    charges,
    reset() {
      charges.length = 0
      keys.clear()
    },
  }
}

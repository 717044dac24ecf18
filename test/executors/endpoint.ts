import { createHmac, randomBytes, randomUUID } from "node:crypto"
import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import type { ExecutionEvent } from "@sluice/core/executor"
import { afterAll } from "vitest"

export const KEY = newKey()

export function newKey(): string {
  return `whsec_${randomBytes(32).toString("base64")}`
}

/** The headers of Standard Webhooks' signature, made from its specification and without the library that packages/http uses. */
export function signatureHeaders(
  body: string,
  { key = KEY, id = randomUUID() as string, atMs = Date.now() } = {},
): Record<string, string> {
  const timestamp = Math.floor(atMs / 1_000)
  const secret = Buffer.from(key.replace("whsec_", ""), "base64")
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")
  return { "webhook-id": id, "webhook-timestamp": `${timestamp}`, "webhook-signature": `v1,${signature}` }
}

/** An execution of the job "job", as its drainer sends it to the app. */
export function newEvent(): ExecutionEvent {
  return {
    id: "1",
    name: "job",
    queue: "default",
    attempt: 1,
    maxAttempts: 1,
    tags: [],
    metadata: {},
    payload: {},
    remainingMs: 60_000,
    deadlineAt: new Date(Date.now() + 60_000).toISOString(),
    enqueuedAt: new Date().toISOString(),
  }
}

/** A real HTTP server on loopback with this handler of web requests, until the end of the file. */
export async function startEndpoint(fetch: (request: Request) => Promise<Response>): Promise<string> {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" })
  await new Promise((resolve) => server.once("listening", resolve))
  afterAll(() => {
    if ("closeAllConnections" in server) server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/perform`
}

import { randomBytes } from "node:crypto"
import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import { afterAll } from "vitest"

export const KEY = newKey()

export function newKey(): string {
  return `whsec_${randomBytes(32).toString("base64")}`
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

import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll } from "vitest"

/** Stands in for the service that the example's jobs call. While it is held, it answers nobody. */
export async function startMailServer() {
  const waiting = new Set<ServerResponse>()
  const counts = { received: 0, mostAtOnce: 0 }
  let isHeld = false
  const server = createServer((_request, response) => {
    counts.received++
    waiting.add(response)
    counts.mostAtOnce = Math.max(counts.mostAtOnce, waiting.size)
    response.once("close", () => waiting.delete(response))
    if (!isHeld) response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    waiting,
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      for (const response of waiting) response.end()
    },
  }
}

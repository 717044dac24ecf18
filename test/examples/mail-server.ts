import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { afterAll } from "vitest"

/** A request to the mail service. */
export interface ReceivedMail {
  readonly atMs: number
  readonly idempotencyKey: string | undefined
  /** As it was sent; undefined if it wasn't JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each example sends its own
  readonly mail: any
}

/**
 * Stands in for the service that the examples' jobs call. While it is held, it answers nobody.
 *
 * @param refuse Answers a mail with this status; undefined: it is accepted.
 * @param retryAfter What it says with a status.
 * @param location Where it sends those whom it refuses.
 */
export async function startMailServer({
  refuse = () => undefined,
  retryAfter = "1",
  location,
}: {
  refuse?: (mail: ReceivedMail) => number | undefined
  retryAfter?: string
  location?: string
} = {}) {
  const waiting = new Set<ServerResponse>()
  const counts = { received: 0, mostAtOnce: 0 }
  const received: ReceivedMail[] = []
  const accepted: ReceivedMail[] = []
  let isHeld = false
  const server = createServer(async (request, response) => {
    counts.received++
    waiting.add(response)
    counts.mostAtOnce = Math.max(counts.mostAtOnce, waiting.size)
    response.once("close", () => waiting.delete(response))
    const key = request.headers["idempotency-key"] as string | undefined
    const mail = { atMs: performance.now(), idempotencyKey: key, mail: parse(await text(request)) }
    received.push(mail)
    const status = refuse(mail)
    if (status === undefined) accepted.push(mail)
    else
      response.writeHead(status, { "retry-after": retryAfter, ...(location !== undefined && { location }) })
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
    received,
    accepted,
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      for (const response of waiting) response.end()
    },
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

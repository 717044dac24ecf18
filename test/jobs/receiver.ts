import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { afterAll, beforeEach } from "vitest"

interface Received {
  method: string | undefined
  path: string | undefined
  headers: IncomingMessage["headers"]
  body: string
}

/**
 * A real HTTP server on loopback that keeps what it receives; `answer` may be replaced by a test. `allow` says whether
 * webhooks may reach it, and has to be said before anything is delivered. Called at the top of the file.
 */
export async function useReceiver({ allow = true } = {}) {
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request
    const entry = { method, path, headers, body: "" }
    receiver.received.push(entry) // before the body, which may never end
    entry.body = await text(request).catch(() => "")
    receiver.answer(request, response)
  })
  server.on("connection", () => receiver.connections++)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const receiver = {
    port,
    url: `http://127.0.0.1:${port}`,
    received: [] as Received[],
    connections: 0,
    answer: answerOk,
  }
  process.env.SLUICE_WEBHOOK_ALLOW = allow ? `127.0.0.1:${port}` : ""

  beforeEach(() => void Object.assign(receiver, { received: [], connections: 0, answer: answerOk }))
  afterAll(async () => {
    delete process.env.SLUICE_WEBHOOK_ALLOW
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return receiver
}

const answerOk: RequestListener = (_request, response) => void response.end("ok")

import http from "node:http"
import type { AddressInfo } from "node:net"
import { HostError } from "../host-error.ts"

export interface LoopbackServer {
  readonly url: string
  close(): Promise<void>
}

/** An HTTP server for AWS's SDK on a free port of loopback. Errors of `handle` become responses in AWS's format. */
export async function startLoopbackServer(
  handle: (request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>,
): Promise<LoopbackServer> {
  const server = http.createServer((request, response) => {
    handle(request, response).catch((error) => writeError(response, error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

function writeError(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { code, status, message } =
    error instanceof HostError ? error : { code: "ServiceException", status: 500, message: String(error) }
  response.writeHead(status, { "Content-Type": "application/json", "x-amzn-ErrorType": code })
  response.end(JSON.stringify({ Type: status < 500 ? "User" : "Service", message }))
}

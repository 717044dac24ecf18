import { once } from "node:events"
import http from "node:http"
import { type AddressInfo, connect } from "node:net"
import { text } from "node:stream/consumers"
import { neonConfig } from "@neondatabase/serverless"
import pg from "pg"
import { afterAll } from "vitest"
import { createWebSocketStream, WebSocketServer } from "ws"

/**
 * What Neon puts in front of its computes, in front of a Postgres of the tests: WebSockets passed on to TCP, and
 * statements over HTTP. The driver of this process is told to go there.
 */
export async function startNeonProxy(url: string): Promise<{ stop(): Promise<void> }> {
  const target = new URL(url)
  const server = http.createServer((request, response) => void answer(request, response))
  const sockets = new WebSocketServer({ server })
  sockets.on("connection", (socket) => {
    const backend = connect(Number(target.port), target.hostname)
    const client = createWebSocketStream(socket)
    client.pipe(backend).pipe(client)
    for (const end of [client, backend])
      end.on("error", () => [client, backend].map((each) => each.destroy()))
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  Object.assign(neonConfig, { fetchEndpoint: `http://${address}/sql`, wsProxy: () => `${address}/v1` })
  Object.assign(neonConfig, { useSecureWebSocket: false, pipelineTLS: false, pipelineConnect: false })

  const stop = async () => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  afterAll(stop)
  return { stop }
}

/** Values go both ways as Postgres writes them. */
async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const { query, params } = JSON.parse(await text(request))
  const client = new pg.Client({
    connectionString: String(request.headers["neon-connection-string"]),
    types: { getTypeParser: () => String },
  })
  try {
    await client.connect()
    const { fields, rows, command, rowCount } = await client.query({
      text: query,
      values: params,
      rowMode: "array",
    })
    write(response, 200, { fields, rows, command, rowCount, rowAsArray: true })
  } catch (error) {
    const { message, code, detail, severity } = error as pg.DatabaseError
    write(response, 400, { message, code, detail, severity })
  } finally {
    await client.end()
  }
}

function write(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

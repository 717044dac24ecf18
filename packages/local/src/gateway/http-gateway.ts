import http from "node:http"
import type { AddressInfo } from "node:net"
import { HostError } from "../host-error.ts"
import type { Invoke } from "../lambda/invocation.ts"
import { portHolder } from "../port-holder.ts"
import { readBody } from "../server/read-body.ts"
import { fromFunctionResult, type GatewayResponse, toGatewayEvent } from "./gateway-event.ts"

export interface HttpGateway {
  readonly url: string
  /** Waits at most `graceMs` (default 2 s) for open requests, then closes their connections. */
  close(options?: { graceMs?: number }): Promise<void>
}

export interface HttpGatewayOptions {
  readonly host: { readonly invoke: Invoke }
  readonly functionName: string
  /** Functions of their own for some paths and what is below them: `{ "/dashboard": "dashboard" }`. */
  readonly routes?: Readonly<Record<string, string>>
  /** Answers a request in place of a function, if it returns something. */
  readonly answer?: (method: string, path: string) => GatewayResponse | undefined
  /** 0 for any free port. */
  readonly port: number
  /** Default `"127.0.0.1"`. */
  readonly hostname?: string
  /** Default 30 s, which is API Gateway's maximum. */
  readonly timeoutMs?: number
  readonly log?: (line: string) => void
}

/** API Gateway's limit of a request body. */
const MAX_BODY_BYTES = 10 * 2 ** 20

/** Serves one function over HTTP with API Gateway's limits. When all environments are busy, requests wait. */
export async function startHttpGateway(options: HttpGatewayOptions): Promise<HttpGateway> {
  const { port, hostname = "127.0.0.1", log = console.log } = options
  const server = http.createServer((request, response) => {
    respond(request, options)
      .catch((error) => {
        log(`The gateway could not respond to ${request.method} ${request.url}: ${error}`)
        return failure(500, "Internal Server Error")
      })
      .then((result) => write(response, result, server.listening))
  })
  await listen(server, port, hostname)
  return {
    url: `http://${hostname}:${(server.address() as AddressInfo).port}`,
    async close({ graceMs = 2_000 } = {}) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

async function respond(request: http.IncomingMessage, options: HttpGatewayOptions): Promise<GatewayResponse> {
  const { host, timeoutMs = 30_000 } = options
  const [path = "/"] = (request.url ?? "/").split("?")
  const answered = options.answer?.(request.method ?? "GET", path)
  if (answered) return answered
  const functionName = functionOf(path, options)
  const body = await readBody(request, MAX_BODY_BYTES)
  if (!body) return failure(413, "Request Entity Too Large")
  const event = JSON.stringify(toGatewayEvent(request, body))

  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  const invoking = host.invoke(functionName, event, { whenBusy: "wait", signal: timeout.signal })
  const result = await Promise.race([invoking, rejectOnAbort(timeout.signal)]).catch((error) => error)
  clearTimeout(timer)
  if (timeout.signal.aborted) return failure(504, "Endpoint request timed out")
  if (result instanceof HostError) {
    return result.status === 413
      ? failure(413, "Request Entity Too Large")
      : failure(503, "Service Unavailable")
  }
  if (result instanceof Error) throw result
  if (result.functionError) {
    const timedOut = JSON.parse(result.payload).errorType === "Sandbox.Timedout"
    return timedOut ? failure(504, "Endpoint request timed out") : failure(502, "Internal server error")
  }
  return fromFunctionResult(result.payload) ?? failure(502, "Internal server error")
}

function functionOf(path: string, { routes = {}, functionName }: HttpGatewayOptions): string {
  const found = Object.entries(routes).find(([route]) => path === route || path.startsWith(`${route}/`))
  return found?.[1] ?? functionName
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
}

function failure(status: number, message: string): GatewayResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ message })),
  }
}

function write(response: http.ServerResponse, result: GatewayResponse, keepAlive: boolean): void {
  const { status, headers, body } = result
  // After a request that may not have been read completely, the connection can't be reused.
  if (status === 413 || !keepAlive) response.setHeader("connection", "close")
  if (status !== 204 && status !== 304) response.setHeader("content-length", body.length)
  try {
    response.writeHead(status, headers)
  } catch {
    // The function returned a header that HTTP doesn't allow.
    write(response, failure(502, "Internal server error"), keepAlive)
    return
  }
  response.end(body)
}

/**
 * Throws what `startHttpGateway` would throw for a port that is taken. What takes long can then be started after this.
 *
 * @throws HostError `port_in_use`
 */
export async function requireFreePort(port: number, hostname = "127.0.0.1"): Promise<void> {
  const server = http.createServer()
  await listen(server, port, hostname)
  await new Promise((resolve) => server.close(resolve))
}

async function listen(server: http.Server, port: number, hostname: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve).once("error", reject).listen(port, hostname)
  }).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EADDRINUSE") throw cause
    const holder = (await portHolder(port)) ?? "another process"
    const message = `Port ${port} is taken by ${holder}: stop it, or choose another port, such as PORT=${port + 1}`
    throw new HostError("port_in_use", 503, message, { cause })
  })
}

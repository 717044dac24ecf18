import http from "node:http"
import type { AddressInfo } from "node:net"
import { readBody } from "../server/read-body.ts"

/** An event for a function process. */
export interface RuntimeEvent {
  readonly requestId: string
  /** JSON text. */
  readonly payload: string
  readonly functionArn: string
  /** Milliseconds since 1970. */
  readonly deadlineAtMs: number
}

/** A message of a function process. */
export type RuntimeMessage =
  | { kind: "next"; send(event: RuntimeEvent): void }
  | { kind: "response" | "error"; requestId: string; payload: string }
  | { kind: "init error"; payload: string }

export interface RuntimeApi {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string
  close(): void
}

/** Lambda's limit for the response of a function. */
const MAX_RESPONSE_BYTES = 6_291_556

const ROUTE =
  /^\/2018-06-01\/runtime\/(?:invocation\/(next)|(init)\/error|invocation\/([^/]+)\/(response|error))$/

/**
 * Lambda's Runtime API for one environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
 * `receive` returns whether the message was expected; one about another request gets a 400.
 */
export async function startRuntimeApi(receive: (message: RuntimeMessage) => boolean): Promise<RuntimeApi> {
  const server = http.createServer((request, response) => {
    handle(request, response, receive).catch((error) => response.destroy(error))
  })
  // The connection is idle while the function works, however long. Closing it could break the response that follows.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve)
  })
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function handle(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  receive: (message: RuntimeMessage) => boolean,
): Promise<void> {
  const [, next, init, requestId = "", kind] = ROUTE.exec(request.url ?? "") ?? []
  if (next) {
    receive({ kind: "next", send: (event) => writeEvent(response, event) })
    return
  }
  if (!init && !kind) {
    reply(response, 404, "NotFound")
    return
  }
  const body = await readBody(request, MAX_RESPONSE_BYTES)
  if (body === undefined) {
    receive({ kind: "error", requestId, payload: JSON.stringify(RESPONSE_TOO_LARGE) })
    reply(response, 413, "RequestEntityTooLarge")
    return
  }
  const payload = body.toString()
  const isExpected = init
    ? receive({ kind: "init error", payload })
    : receive({ kind: kind as "response" | "error", requestId: decodeURIComponent(requestId), payload })
  reply(response, isExpected ? 202 : 400, isExpected ? undefined : "InvalidRequestID")
}

function writeEvent(response: http.ServerResponse, event: RuntimeEvent): void {
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(event.payload),
    "Lambda-Runtime-Aws-Request-Id": event.requestId,
    "Lambda-Runtime-Deadline-Ms": String(event.deadlineAtMs),
    "Lambda-Runtime-Invoked-Function-Arn": event.functionArn,
    "Lambda-Runtime-Trace-Id": traceId(event.requestId),
  })
  response.end(event.payload)
}

/** In X-Ray's format and unsampled. */
function traceId(requestId: string): string {
  const hex = requestId.replaceAll("-", "").padEnd(32, "0")
  const seconds = Math.floor(Date.now() / 1_000).toString(16)
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(16, 32)};Sampled=0`
}

const RESPONSE_TOO_LARGE = {
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
}

function reply(response: http.ServerResponse, status: number, errorType?: string): void {
  const body = JSON.stringify(
    errorType === undefined ? { status: "OK" } : { errorType, errorMessage: errorType },
  )
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length })
  response.end(body)
}

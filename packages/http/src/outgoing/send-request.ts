import { type Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import type { LookupFunction } from "node:net"

// How this deployment talks to servers that others run: the job `webhook`, and the executor `http`. Whatever such a
// server does, the promise settles: with an answer, with an error, or with the reason of the signal that aborts.
// docs/decisions/0029 says why it is made of node:http.

export { retryAfterSeconds } from "./retry-after.ts"

export interface Outgoing {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly signal: AbortSignal
  /** So much of the answer's body is read; then the connection is dropped. */
  readonly mostBodyBytes: number
  /** Default: a connection for this request alone. */
  readonly agent?: Agent
  readonly lookup?: LookupFunction
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  /** As it came: no content encoding is undone, so that nothing grows here. */
  readonly body: Buffer
  /** The body was longer than `mostBodyBytes`. */
  readonly isCut: boolean
}

/** A kept connection had died unseen, because its server gave it up or this process was frozen in between. */
export class StaleConnectionError extends Error {}

/** How often a request looks at how much it was sent. */
const WATCH_EVERY_MS = 100
/** Chunks of one byte take six; what comes beyond is no body: interim answers, trailers, zeros before a length. */
const MOST_BYTES_PER_BODY_BYTE = 8

/** Sends one request and reads its answer. Redirects are not followed, and upgrades are refused. */
export function sendRequest({
  url,
  body,
  signal,
  mostBodyBytes,
  agent,
  ...options
}: Outgoing): Promise<Reply> {
  if (signal.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
    ...options,
    agent: agent ?? false,
  })
  const giveUp = (reason: unknown) => {
    reject(reason)
    request.destroy()
  }
  const abort = () => giveUp(signal.reason)
  const watch = watchBytes(request, mostBodyBytes * MOST_BYTES_PER_BODY_BYTE, giveUp)
  let isAnswered = false

  signal.addEventListener("abort", abort)
  request.on("response", (response) => {
    isAnswered = true
    if ((response.statusCode as number) < 200) return giveUp(unasked(response))
    return readReply(response, mostBodyBytes).then(resolve, giveUp)
  })
  request.on("upgrade", (response, socket) => {
    socket.destroy()
    giveUp(unasked(response))
  })
  request.on("error", (error) => reject(isStale(request, error) ? stale(error) : error))
  // However else it may end: after an answer, the answer tells.
  request.on("close", () => isAnswered || reject(new Error("the connection was closed without an answer")))
  request.end(body)
  return promise.finally(() => {
    clearInterval(watch)
    signal.removeEventListener("abort", abort)
  })
}

async function readReply(response: IncomingMessage, mostBytes: number): Promise<Reply> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes > mostBytes) break // leaving the loop ends the connection
  }
  return {
    status: response.statusCode as number,
    headers: response.headers,
    body: Buffer.concat(chunks).subarray(0, mostBytes),
    isCut: sizeBytes > mostBytes,
  }
}

/** Node bounds the headers; nothing bounds what a server may send before or after an answer. */
function watchBytes(request: ClientRequest, mostBytes: number, giveUp: (error: Error) => void) {
  let readBefore = 0
  request.on("socket", (socket) => {
    readBefore = socket.bytesRead
  })
  return setInterval(() => {
    const readBytes = (request.socket?.bytesRead ?? 0) - readBefore
    if (readBytes > mostBytes) giveUp(new Error(`more than ${mostBytes} bytes came before the answer's end`))
  }, WATCH_EVERY_MS)
}

function unasked({ statusCode, statusMessage }: IncomingMessage): Error {
  return new Error(`the answer was ${statusCode} ${statusMessage}, which nobody had asked for`)
}

function isStale(request: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (code === "ECONNRESET" || code === "EPIPE")
}

function stale(cause: Error): StaleConnectionError {
  return new StaleConnectionError(cause.message, { cause })
}

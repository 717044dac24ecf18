import type { Agent, ClientRequest, IncomingMessage, request } from "node:http"
import type { LookupFunction } from "node:net"
import { withResolvers } from "./with-resolvers.ts"

// Requests to servers that others run, for the job `webhook` and the executor `http`. Whatever such a server does, the
// promise settles: with a response, with an error, or with the reason of the aborted signal. docs/decisions/0029
// explains why this is built on node:http.

export { retryAfterSeconds } from "./retry-after.ts"

export interface Outgoing {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly signal: AbortSignal
  /** How much of the response's body is read before the connection is dropped. */
  readonly maxBodyBytes: number
  /** Default: a connection for this request alone. */
  readonly agent?: Agent
  readonly lookup?: LookupFunction
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  /** The bytes as received: no content encoding is decoded, so that they can't grow in memory. */
  readonly body: Buffer
  /** The body was longer than `maxBodyBytes`. */
  readonly isTruncated: boolean
}

/** A kept connection had died unnoticed, because its server closed it or this process was frozen in between. */
export class StaleConnectionError extends Error {
  override readonly name = "StaleConnectionError"
}

/** How often a request checks how much it has received. */
const CHECK_EVERY_MS = 100
/** A chunk of one byte takes six. More is not body: interim responses, trailers, zeros before a length. */
const MAX_BYTES_PER_BODY_BYTE = 8

/** Sends one request and reads its response. Redirects are not followed, and upgrades are refused. */
export async function sendRequest(outgoing: Outgoing): Promise<Reply> {
  const client = await clientOf(outgoing.url.protocol)
  outgoing.signal.throwIfAborted()
  return exchange(client.request, outgoing)
}

/** Loads Node's client with the first request. An import of `node:http` loads undici, which doubles the time of a cold start. */
export function clientOf(
  protocol: string,
): Promise<typeof import("node:http") | typeof import("node:https")> {
  return protocol === "https:" ? import("node:https") : import("node:http")
}

function exchange(
  send: typeof request,
  { url, body, signal, maxBodyBytes, agent, ...options }: Outgoing,
): Promise<Reply> {
  const { promise, resolve, reject } = withResolvers<Reply>()
  const request = send(url, { ...options, agent: agent ?? false })
  const giveUp = (reason: unknown) => {
    reject(reason)
    request.destroy()
  }
  const abort = () => giveUp(signal.reason)
  const byteCheck = limitBytes(request, maxBodyBytes * MAX_BYTES_PER_BODY_BYTE, giveUp)
  let hasResponse = false

  signal.addEventListener("abort", abort)
  request.on("response", (response) => {
    hasResponse = true
    if ((response.statusCode as number) < 200) return giveUp(toUnexpectedError(response))
    return readReply(response, maxBodyBytes).then(resolve, giveUp)
  })
  request.on("upgrade", (response, socket) => {
    socket.destroy()
    giveUp(toUnexpectedError(response))
  })
  request.on("error", (error) =>
    reject(isStale(request, error) ? new StaleConnectionError(error.message, { cause: error }) : error),
  )
  // Without a response, any other end of the connection is an error.
  request.on("close", () => hasResponse || reject(new Error("the connection was closed without a response")))
  request.end(body)
  return promise.finally(() => {
    clearInterval(byteCheck)
    signal.removeEventListener("abort", abort)
  })
}

async function readReply(response: IncomingMessage, maxBytes: number): Promise<Reply> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) break // leaving the loop closes the connection
  }
  return {
    status: response.statusCode as number,
    headers: response.headers,
    body: Buffer.concat(chunks).subarray(0, maxBytes),
    isTruncated: sizeBytes > maxBytes,
  }
}

/** Node limits the headers, but nothing limits what a server may send before or after a response. */
function limitBytes(request: ClientRequest, maxBytes: number, giveUp: (error: Error) => void) {
  let readBefore = 0
  request.on("socket", (socket) => {
    readBefore = socket.bytesRead
  })
  return setInterval(() => {
    const readBytes = (request.socket?.bytesRead ?? 0) - readBefore
    if (readBytes > maxBytes)
      giveUp(new Error(`more than ${maxBytes} bytes arrived before the response's end`))
  }, CHECK_EVERY_MS)
}

function toUnexpectedError({ statusCode, statusMessage }: IncomingMessage): Error {
  return new Error(`the response was an unrequested ${statusCode} ${statusMessage}`)
}

function isStale(request: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (code === "ECONNRESET" || code === "EPIPE")
}

import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from "node:http"
import { Agent as HttpsAgent, request as requestHttps } from "node:https"
import type { AllowList } from "./allow-list.ts"
import { assertAddressAllowed, guardedLookup } from "./destination.ts"

export interface Delivery {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Text is sent as it is, anything else as JSON. */
  readonly body: unknown
  readonly signal: AbortSignal
  readonly allow: AllowList
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  /** The beginning of the body, up to 4 KiB. */
  readonly body: string
  readonly truncated: boolean
  /** From the request to the end of the answer. */
  readonly ms: number
}

const KEPT_BODY_BYTES = 4_096
/** Up to here an unwanted rest is read, because that keeps the connection; beyond, the connection is dropped. */
const LONGEST_BODY_READ_BYTES = 262_144

// A kept connection leads to the address that was judged when it was made; the allow-list doesn't change in between.
// Idle connections are given up before most servers close them (Node's after 5 s).
const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 50, timeout: 4_000 }
const httpAgent = new HttpAgent(KEEP_ALIVE)
const httpsAgent = new HttpsAgent(KEEP_ALIVE)

/** Sends one request and reads its answer. Throws `AddressRefusedError`, what the network throws, or the signal's reason. */
export async function deliver(delivery: Delivery): Promise<Answer> {
  assertAddressAllowed(delivery.url, delivery.allow)
  try {
    return await attempt(delivery)
  } catch (error) {
    delivery.signal.throwIfAborted()
    // A kept connection had died unseen, because its server gave it up or this process was frozen in between.
    if (error instanceof StaleConnectionError) return attempt(delivery, { onFreshConnection: true })
    throw error
  }
}

class StaleConnectionError extends Error {}

async function attempt(delivery: Delivery, { onFreshConnection = false } = {}): Promise<Answer> {
  const startedAt = performance.now()
  const response = await responseTo(delivery, onFreshConnection)
  const beginning = await readBeginning(response)
  const ms = Math.round(performance.now() - startedAt)
  return { status: response.statusCode as number, headers: response.headers, ...beginning, ms }
}

function responseTo(
  { url, method, headers, body, signal, allow }: Delivery,
  onFreshConnection: boolean,
): Promise<IncomingMessage> {
  const [request, agent] = url.protocol === "https:" ? [requestHttps, httpsAgent] : [requestHttp, httpAgent]
  const content = contentOf(body)
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      headers: { ...content.headers, ...headers },
      agent: onFreshConnection ? false : agent,
      lookup: guardedLookup(url, allow),
      signal,
    })
    sent.on("response", resolve)
    sent.on("error", (error) =>
      reject(isStale(sent, error) ? new StaleConnectionError(error.message) : error),
    )
    sent.end(content.bytes)
  })
}

function contentOf(body: unknown): { bytes: Buffer | undefined; headers: Record<string, string> } {
  if (body === undefined) return { bytes: undefined, headers: {} }
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body))
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json"
  return { bytes, headers: { "content-type": type, "content-length": String(bytes.length) } }
}

function isStale(request: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE")
}

async function readBeginning(response: IncomingMessage): Promise<{ body: string; truncated: boolean }> {
  const kept: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (sizeBytes < KEPT_BODY_BYTES) kept.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes > LONGEST_BODY_READ_BYTES) break // leaving the loop ends the connection
  }
  const bytes = Buffer.concat(kept).subarray(0, KEPT_BODY_BYTES)
  return { body: textOf(bytes), truncated: sizeBytes > KEPT_BODY_BYTES }
}

// Postgres stores no NUL in text. With `stream`, a character that the cut went through is left out.
function textOf(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true }).replaceAll("\0", "\uFFFD")
}

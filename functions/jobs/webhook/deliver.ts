import { Agent as HttpAgent, type IncomingMessage } from "node:http"
import { Agent as HttpsAgent } from "node:https"
import { type Reply, StaleConnectionError, sendRequest } from "@sluice/http/send-request"
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
  const startedAt = performance.now()
  const { status, headers, body } = await replyTo(delivery)
  return {
    ...{ status, headers, body: textOf(body.subarray(0, KEPT_BODY_BYTES)) },
    ...{ truncated: body.length > KEPT_BODY_BYTES, ms: Math.round(performance.now() - startedAt) },
  }
}

async function replyTo({ body, allow, headers, ...delivery }: Delivery): Promise<Reply> {
  const content = contentOf(body)
  const outgoing = {
    ...delivery,
    headers: { ...content.headers, ...headers },
    body: content.bytes,
    mostBodyBytes: LONGEST_BODY_READ_BYTES,
    lookup: guardedLookup(delivery.url, allow),
  }
  const agent = delivery.url.protocol === "https:" ? httpsAgent : httpAgent
  return sendRequest({ ...outgoing, agent }).catch((error) => {
    if (error instanceof StaleConnectionError) return sendRequest(outgoing)
    throw error
  })
}

function contentOf(body: unknown): { bytes: Buffer | undefined; headers: Record<string, string> } {
  if (body === undefined) return { bytes: undefined, headers: {} }
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body))
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json"
  return { bytes, headers: { "content-type": type, "content-length": String(bytes.length) } }
}

// Postgres stores no NUL in text. With `stream`, a character that the cut went through is left out.
function textOf(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true }).replaceAll("\0", "\uFFFD")
}

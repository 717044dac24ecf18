import type { Agent, IncomingMessage } from "node:http"
import { clientOf, type Reply, StaleConnectionError, sendRequest } from "@sluice/http/send-request"
import type { AllowList } from "./allow-list.ts"
import { assertAddressAllowed, guardedLookup } from "./destination.ts"

export interface Delivery {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Text is sent unchanged, anything else as JSON. */
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
  /** From the request to the end of the response. */
  readonly ms: number
}

const KEPT_BODY_BYTES = 4_096
/** A longer body drops the connection. Up to this size the rest is read and ignored, which keeps the connection. */
const MAX_BODY_BYTES = 262_144

// A kept connection leads to an address that was checked when it was opened; the allow-list doesn't change in between.
// Idle connections are closed before most servers close them (Node's do after 5 s).
const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 50, timeout: 4_000 }
const agents = new Map<string, Agent>()

/** Sends one request and reads its response. Throws `AddressRefusedError`, network errors, or the signal's reason. */
export async function deliver(delivery: Delivery): Promise<Answer> {
  assertAddressAllowed(delivery.url, delivery.allow)
  const startedAt = performance.now()
  const { status, headers, body } = await send(delivery)
  return {
    status,
    headers,
    body: toText(body.subarray(0, KEPT_BODY_BYTES)),
    truncated: body.length > KEPT_BODY_BYTES,
    ms: Math.round(performance.now() - startedAt),
  }
}

async function send({ body, allow, headers, ...delivery }: Delivery): Promise<Reply> {
  const content = encodeBody(body)
  const outgoing = {
    ...delivery,
    headers: { ...content.headers, ...headers },
    body: content.bytes,
    maxBodyBytes: MAX_BODY_BYTES,
    lookup: guardedLookup(delivery.url, allow, delivery.signal),
  }
  const agent = await agentOf(delivery.url.protocol)
  return sendRequest({ ...outgoing, agent }).catch((error) => {
    if (error instanceof StaleConnectionError) return sendRequest(outgoing)
    throw error
  })
}

async function agentOf(protocol: string): Promise<Agent> {
  const { Agent } = await clientOf(protocol)
  const agent = agents.get(protocol) ?? new Agent(KEEP_ALIVE)
  agents.set(protocol, agent)
  return agent
}

function encodeBody(body: unknown): { bytes: Buffer | undefined; headers: Record<string, string> } {
  if (body === undefined) return { bytes: undefined, headers: {} }
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body))
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json"
  return { bytes, headers: { "content-type": type, "content-length": String(bytes.length) } }
}

// Postgres can't store NUL in text. With `stream`, a character that was cut in two is left out.
function toText(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true }).replaceAll("\0", "\uFFFD")
}

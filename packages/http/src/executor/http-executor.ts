import { randomUUID } from "node:crypto"
import { type Executor, InvalidInputError, SluiceError, Snooze } from "@sluice/core"
import { executionEvent, MAX_ANSWER_BYTES, resultOf } from "@sluice/core/executor"
import { retryAfterSeconds } from "../outgoing/retry-after.ts"
import { type Reply, sendRequest } from "../outgoing/send-request.ts"
import { signatureHeaders } from "./signature.ts"

export interface HttpExecutorOptions {
  /** Where the app serves `createPerformHandler`, or its like in another language. Redirects are not followed. */
  readonly url: string
  /** Shared with the endpoint: `whsec_` followed by 24 to 64 random bytes in base64. Looked at when a job is performed. */
  readonly key: string
}

/** How long a job waits when the endpoint takes no more and doesn't say how long. */
const THROTTLED_WAIT = "5s"

/**
 * Performs jobs behind an HTTP endpoint: each is POSTed, signed, and the answer awaited. Request and answer are
 * described in docs/executors.md. When the job's signal aborts, so does the request.
 */
export function http({ url, key }: HttpExecutorOptions): Executor {
  return {
    async perform(payload, context) {
      const address = addressFrom(url)
      const body = JSON.stringify(executionEvent(payload, context))
      const headers = signatureHeaders(key, `${context.id}-${randomUUID()}`, body) // of this execution alone
      const place = `POST to ${address.origin}${address.pathname}` // what else a URL has may be a secret
      const reply = await post(address, headers, body, context.signal).catch((error) => {
        throw new Error(`${place} failed: ${error.message || error.code}`, { cause: error })
      })
      return resultOf(answerIn(reply, place), place, context.log)
    },
  }
}

/** Nothing of a URL that is none is told: it may be another setting, such as the key. */
function addressFrom(url: string): URL {
  const address = URL.parse(url)
  if (address && /^https?:$/.test(address.protocol)) return address
  throw new InvalidInputError(
    "invalid_url",
    "The url of the executor is missing or no URL: give an absolute one, http or https",
    { path: ["url"] },
  )
}

/** Over a connection of its own, because one that is kept may die while this process is frozen. */
async function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Reply> {
  const bytes = Buffer.from(body)
  return sendRequest({
    ...{ url, method: "POST", body: bytes, signal, mostBodyBytes: MAX_ANSWER_BYTES },
    headers: { ...headers, "content-type": "application/json", "content-length": String(bytes.length) },
  })
}

/** An answer as the body has it, whatever the status; else the status is the answer. */
function answerIn({ status, headers, body, isCut }: Reply, place: string): unknown {
  if (isCut) {
    const message = `${place} was answered ${status} with more than ${MAX_ANSWER_BYTES} bytes`
    throw new SluiceError(
      "answer_too_large",
      `${message}: store results elsewhere, and answer with a reference`,
    )
  }
  const text = body.toString()
  const json = parsed(text)
  if (status >= 200 && status < 300 && (text === "" || json !== undefined)) return json
  if (typeof json?.error === "object") return { error: json.error }
  if (status === 429) throw new Snooze(retryAfterSeconds(headers) ?? THROTTLED_WAIT)
  throw new SluiceError("http_status", `${place} was answered ${status}: ${text.slice(0, 200)}`)
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the endpoint sends
function parsed(body: string): any {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

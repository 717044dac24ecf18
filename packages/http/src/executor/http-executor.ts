import { randomUUID } from "node:crypto"
import { type Executor, InvalidInputError, RetryAfter, SluiceError, Snooze } from "@sluice/core"
import { assertKnownKeys } from "@sluice/core/checks"
import { executionEvent, MAX_ANSWER_BYTES, resultOf } from "@sluice/core/executor"
import { retryAfterSeconds } from "../outgoing/retry-after.ts"
import { type Reply, sendRequest } from "../outgoing/send-request.ts"
import { signatureHeaders } from "./signature.ts"

export interface HttpExecutorOptions {
  /**
   * Where the app serves `createPerformHandler`, or its equivalent in another language. Redirects are not followed. Like
   * the key, it is checked when a job is performed.
   */
  readonly url: string | undefined
  /** Shared with the endpoint: `whsec_` followed by 24 to 64 random bytes in base64. */
  readonly key: string | undefined
}

/** Delay of a job whose endpoint returns 429 without saying for how long. */
const THROTTLED_DELAY = "5s"

/**
 * Performs jobs behind an HTTP endpoint: POSTs a signed request for each and awaits the answer. docs/executors.md
 * describes both. When the job's signal aborts, so does the request.
 */
export function http(options: HttpExecutorOptions): Executor {
  assertKnownKeys(options, ["url", "key"], ["http"])
  const { url, key } = options
  return {
    async perform(payload, context) {
      const address = parseUrl(url)
      const body = JSON.stringify(executionEvent(payload, context))
      const headers = signatureHeaders(key, `${context.id}-${randomUUID()}`, body) // a new id for each execution
      const place = `POST to ${address.origin}${address.pathname}` // the rest of a URL may be secret
      const reply = await post(address, headers, body, context.signal).catch((error) => {
        throw new Error(`${place} failed: ${error.message || error.code}`, { cause: error })
      })
      return resultOf(readAnswer(reply, place), place, context.log)
    },
  }
}

/** The message doesn't quote an invalid URL, because it may be another setting, such as the key. */
function parseUrl(url: string | undefined): URL {
  const address = url && URL.canParse(url) ? new URL(url) : undefined // Node 20 lacks URL.parse
  if (address && /^https?:$/.test(address.protocol)) return address
  throw new InvalidInputError(
    "invalid_url",
    "The url of http({ url, key }) is missing or invalid: give an absolute http or https URL",
    { path: ["url"] },
  )
}

/** Opens a connection for each request, because a kept one may die while this process is frozen. */
async function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Reply> {
  const bytes = Buffer.from(body)
  return sendRequest({
    url,
    method: "POST",
    body: bytes,
    signal,
    maxBodyBytes: MAX_ANSWER_BYTES,
    headers: { ...headers, "content-type": "application/json", "content-length": String(bytes.length) },
  })
}

/** The answer in the body, whatever the status. Without one, the status decides. */
function readAnswer({ status, headers, body, isTruncated }: Reply, place: string): unknown {
  if (isTruncated) {
    throw new SluiceError(
      "answer_too_large",
      `${place} returned ${status} with more than ${MAX_ANSWER_BYTES} bytes: store results elsewhere, and return a reference`,
    )
  }
  const text = body.toString()
  const json = tryParse(text)
  if (status >= 200 && status < 300 && (text === "" || json !== undefined)) return json
  if (typeof json?.error === "object") return { error: json.error }
  const waitSeconds = retryAfterSeconds(headers)
  if (status === 429) throw new Snooze(waitSeconds ?? THROTTLED_DELAY)
  const message = `${place} returned ${status}: ${text.slice(0, 200)}`
  if (status >= 500 && waitSeconds !== undefined) throw new RetryAfter(waitSeconds, message)
  throw new SluiceError("http_status", message)
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the endpoint sends
function tryParse(body: string): any {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

import { type IncomingMessage, request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import { text } from "node:stream/consumers"
import { type Executor, SluiceError, Snooze } from "@sluice/core"
import { executionEvent, resultOf } from "@sluice/core/executor"
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
      const body = JSON.stringify(executionEvent(payload, context))
      const headers = signatureHeaders(key, `${context.id}-${context.attempt}`, body)
      const place = `POST to ${url}`
      const reply = await post(url, headers, body, context.signal).catch((error) => {
        throw new Error(`${place} failed: ${error.message || error.code}`, { cause: error })
      })
      return resultOf(answerIn(reply, place), place, context.log)
    },
  }
}

interface Reply {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly body: string
}

/** Not by `fetch`, which gives up after 5 minutes, and keeps connections that die when this process is frozen. */
async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = url.startsWith("https:") ? requestHttps : requestHttp
  const bytes = Buffer.from(body)
  request(url, {
    ...{ method: "POST", agent: false, signal },
    headers: { ...headers, "content-type": "application/json", "content-length": bytes.length },
  })
    .on("response", resolve)
    .on("error", reject)
    .end(bytes)
  const response = await promise
  return { status: response.statusCode as number, headers: response.headers, body: await text(response) }
}

/** An answer as the body has it, whatever the status; else the status is the answer. */
function answerIn({ status, headers, body }: Reply, place: string): unknown {
  const json = parsed(body)
  if (status >= 200 && status < 300 && (body === "" || json !== undefined)) return json
  if (typeof json?.error === "object") return { error: json.error }
  if (status === 429) throw new Snooze(Number(headers["retry-after"]) || THROTTLED_WAIT)
  throw new SluiceError("http_status", `${place} was answered ${status}: ${body.slice(0, 200)}`)
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the endpoint sends
function parsed(body: string): any {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

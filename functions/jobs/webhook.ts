import { Discard, defineJob, RetryAfter } from "@sluice/core"
import { retryAfterSeconds } from "@sluice/http/send-request"
import { type AllowList, parseAllowList } from "./webhook/allow-list.ts"
import { type Answer, deliver } from "./webhook/deliver.ts"
import { AddressRefusedError } from "./webhook/destination.ts"
import { webhookInput } from "./webhook/input.ts"

/**
 * Delivers one HTTP request and keeps the answer's status and the beginning of its body as the result.
 *
 * Private, loopback, link-local and other addresses that are not public are refused, unless SLUICE_WEBHOOK_ALLOW
 * lists them. Redirects are not followed. A network error, 408, 425, 429 and 5xx are retried, after the answer's
 * Retry-After when it has one; any other answer that `expect` doesn't list discards the job. Receivers see a
 * delivery more than once when an answer gets lost: `idempotency-key` and `webhook-id` stay the same then.
 *
 * A body that is signed, or must arrive byte for byte, has to be text: one that is an object is stored as jsonb, which
 * orders its keys anew and keeps the last of two that are the same.
 */
export const webhook = defineJob({
  name: "webhook",
  input: webhookInput,
  timeout: "30s",
  async perform({ url: text, method = "POST", headers = {}, body, expect }, { id, signal, log }) {
    const url = new URL(text)
    const request = `${method} to ${url.host}`
    const answer = await deliver({
      url,
      method,
      headers: { "user-agent": "sluice", "idempotency-key": id, "webhook-id": id, ...lowerCased(headers) },
      body,
      signal,
      allow: allowList(),
    }).catch((error) => {
      signal.throwIfAborted()
      throw failureToDeliver(error, request)
    })
    log.debug("Answered", { request, status: answer.status, ms: answer.ms })
    if (!isExpected(answer.status, expect)) throw failureOf(answer, request)
    return resultOf(answer)
  },
})

let parsedAllowList: AllowList | undefined

// Read when first needed, so that the enqueue function may do without.
function allowList(): AllowList {
  parsedAllowList ??= parseAllowList(process.env.SLUICE_WEBHOOK_ALLOW ?? "")
  return parsedAllowList
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

// When several addresses of a name fail, the error that says so has a code but no message.
function failureToDeliver(error: NodeJS.ErrnoException, request: string): Error {
  const message = `${request} failed: ${error.message || error.code}`
  return error instanceof AddressRefusedError
    ? new Discard(message, { cause: error })
    : new Error(message, { cause: error })
}

function isExpected(status: number, expect: number | readonly number[] | undefined): boolean {
  if (expect === undefined) return status >= 200 && status < 300
  return typeof expect === "number" ? status === expect : expect.includes(status)
}

function failureOf(answer: Answer, request: string): Error {
  const { status, headers, body } = answer
  const message = `${request} was answered ${status}${body === "" ? "" : `: ${body.slice(0, 200)}`}`
  if (!isTransient(status)) {
    const target =
      headers.location === undefined ? "" : ` (redirects are not followed; it points to ${headers.location})`
    return new Discard(message + target)
  }
  const wait = retryAfterSeconds(headers)
  return wait === undefined ? new Error(message) : new RetryAfter(wait, message)
}

function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}

function resultOf({ status, ms, body, truncated }: Answer) {
  return { status, ms, body, ...(truncated && { truncated }) }
}

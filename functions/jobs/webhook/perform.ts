import { Discard, type JobContext, RetryAfter } from "@sluice/core"
import { retryAfterSeconds } from "@sluice/http/send-request"
import type { InferOutput } from "valibot"
import { type AllowList, parseAllowList } from "./allow-list.ts"
import { type Answer, deliver } from "./deliver.ts"
import { AddressRefusedError } from "./destination.ts"
import type { webhookInput } from "./input.ts"

export async function perform(
  { url: text, method = "POST", headers = {}, body, expect }: InferOutput<typeof webhookInput>,
  { id, signal, log }: JobContext,
) {
  const url = new URL(text)
  const request = `${method} to ${url.host}`
  const answer = await deliver({
    url,
    method,
    headers: {
      "user-agent": "sluice",
      "idempotency-key": id,
      "webhook-id": id,
      ...lowerCaseNames(headers),
    },
    body,
    signal,
    allow: allowList(),
  }).catch((error) => {
    signal.throwIfAborted()
    throw toDeliveryError(error, request)
  })
  log.debug("Delivered", { request, status: answer.status, ms: answer.ms })
  if (!isExpected(answer.status, expect)) throw toResponseError(answer, request)
  return toResult(answer)
}

let parsedAllowList: AllowList | undefined

function allowList(): AllowList {
  parsedAllowList ??= parseAllowList(process.env.SLUICE_WEBHOOK_ALLOW ?? "")
  return parsedAllowList
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

// When several addresses of a name fail, the error has a code but no message.
function toDeliveryError(error: NodeJS.ErrnoException, request: string): Error {
  const message = `${request} failed: ${error.message || error.code}`
  return error instanceof AddressRefusedError
    ? new Discard(message, { cause: error })
    : new Error(message, { cause: error })
}

function isExpected(status: number, expect: number | readonly number[] | undefined): boolean {
  if (expect === undefined) return status >= 200 && status < 300
  return typeof expect === "number" ? status === expect : expect.includes(status)
}

function toResponseError(answer: Answer, request: string): Error {
  const { status, headers, body } = answer
  const message = `${request} returned ${status}${body === "" ? "" : `: ${body.slice(0, 200)}`}`
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

function toResult({ status, ms, body, truncated }: Answer) {
  return { status, ms, body, ...(truncated && { truncated }) }
}

import type { IncomingHttpHeaders } from "node:http"

const LONGEST_SECONDS = 24 * 3_600

/**
 * The delay that a response's Retry-After asks for, from 1 second to a day; undefined without a valid one. A date is
 * compared with the response's own date, because the server's clock may differ from ours.
 */
export function retryAfterSeconds(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["retry-after"]?.trim()
  if (text === undefined) return undefined
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - answeredAtMs(headers)) / 1_000
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_SECONDS)
}

function answeredAtMs({ date }: IncomingHttpHeaders): number {
  const atMs = Date.parse(date ?? "")
  return Number.isNaN(atMs) ? Date.now() : atMs
}

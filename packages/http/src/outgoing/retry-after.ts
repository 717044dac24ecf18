import type { IncomingHttpHeaders } from "node:http"

const LONGEST_SECONDS = 24 * 3_600

/**
 * Seconds that an answer's Retry-After asks to wait, from 1 second to a day; undefined when there is none to go by.
 * A date is measured from the answer's own, since its server's clock may be another time than ours.
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

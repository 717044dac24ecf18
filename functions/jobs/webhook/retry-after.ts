const LONGEST_SECONDS = 24 * 3_600

/** Seconds that a Retry-After header asks to wait, from 1 second to a day; undefined when there is none to go by. */
export function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_SECONDS)
}

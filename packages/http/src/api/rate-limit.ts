import { type Duration, durationMs, InvalidInputError, type Principal } from "@sluice/core"
import type { Context } from "hono"
import { refuse } from "../messages/problem.ts"

/** How many requests a key may send: `requests` at once, and then as many in each period, evenly. */
export interface RequestRate {
  readonly requests: number
  readonly per: Duration
}

export interface RateLimiter {
  /** Counts a request, says in its response how many are left, and refuses it with 429 if there are none. */
  count(principal: Principal, context: Context): void
}

interface Bucket {
  tokens: number
  filledAtMs: number
}

/** Keys whose requests are counted, of each instance. The one that was seen first is forgotten first. */
const MOST_BUCKETS = 10_000

/** Counts in the memory of this instance: with several of them, a key may send as many to each. */
export function createRateLimiter(rate: RequestRate | undefined): RateLimiter {
  if (rate === undefined) return { count() {} }
  const { requests, perMs } = checkRate(rate)
  const buckets = new Map<string, Bucket>()
  const policy = `"key";q=${requests};w=${Math.ceil(perMs / 1_000)}`

  return {
    count({ id }, context) {
      const bucket = filled(id, Date.now())
      const isLeft = bucket.tokens >= 1
      if (isLeft) bucket.tokens--
      const waitMs = Math.max(0, ((1 - bucket.tokens) * perMs) / requests)
      const headers = {
        "ratelimit-policy": policy,
        ratelimit: `"key";r=${Math.floor(bucket.tokens)};t=${Math.ceil(waitMs / 1_000)}`,
      }
      if (!isLeft) refuseRate(requests, rate.per, waitMs, headers)
      for (const [name, value] of Object.entries(headers)) context.header(name, value)
    },
  }

  function filled(id: string, nowMs: number): Bucket {
    const bucket = buckets.get(id) ?? { tokens: requests, filledAtMs: nowMs }
    const sinceMs = Math.max(0, nowMs - bucket.filledAtMs)
    bucket.tokens = Math.min(requests, bucket.tokens + (sinceMs * requests) / perMs)
    bucket.filledAtMs = nowMs
    buckets.set(id, bucket)
    if (buckets.size > MOST_BUCKETS) buckets.delete(buckets.keys().next().value as string)
    return bucket
  }
}

function checkRate({ requests, per }: RequestRate): { requests: number; perMs: number } {
  const perMs = durationMs(per, ["rateLimit", "per"])
  if (Number.isInteger(requests) && requests >= 1 && requests <= 1_000_000 && perMs >= 1_000)
    return { requests, perMs }
  throw new InvalidInputError(
    "invalid_option",
    `rateLimit is ${requests} requests per ${per}: give 1 to 1,000,000 requests, and a second or more`,
    { path: ["rateLimit"] },
  )
}

function refuseRate(
  requests: number,
  per: Duration,
  waitMs: number,
  headers: Readonly<Record<string, string>>,
): never {
  return refuse({
    status: 429,
    code: "rate_limited",
    detail: `This key may send ${requests} requests per ${per}, and has sent them: try again later`,
    headers: { ...headers, "retry-after": String(Math.max(1, Math.ceil(waitMs / 1_000))) },
  })
}

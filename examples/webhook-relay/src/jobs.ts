import { Discard, defineJob, RetryAfter } from "@sluice/core"
import { z } from "zod"

/** However long a subscriber asks for. */
const LONGEST_WAIT_SECONDS = 6 * 3600

/** Delivers one event to one subscriber. */
export const deliverWebhook = defineJob({
  name: "deliver-webhook",
  input: z.object({ subscriber: z.url(), event: z.string(), body: z.string() }),
  timeout: "15s",
  maxAttempts: 12,
  backoff: { base: "1s", max: "6h" },
  concurrency: { key: ({ subscriber }) => subscriber, limit: 2 }, // a slow subscriber holds up nobody else
  async perform({ subscriber, event, body }, { signal }) {
    const response = await fetch(subscriber, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": event },
      body,
      redirect: "manual", // only the configured address is trusted
      signal,
    })
    await response.body?.cancel() // it may be endless
    if (response.ok) return { status: response.status }
    const wait = Number(response.headers.get("retry-after"))
    if ([429, 503].includes(response.status) && wait > 0)
      throw new RetryAfter(Math.min(wait, LONGEST_WAIT_SECONDS))
    // What the subscriber calls wrong stays wrong. 408 and 429 are about the moment.
    const isFinal = response.status >= 300 && response.status < 500 && ![408, 429].includes(response.status)
    if (isFinal) throw new Discard(`${subscriber} refused the event with ${response.status}`)
    throw new Error(`${subscriber} responded with ${response.status}`)
  },
})

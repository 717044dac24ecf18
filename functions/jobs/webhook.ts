import { defineJob } from "@sluice/core"
import { webhookInput } from "./webhook/input.ts"

/**
 * Delivers one HTTP request. The result is the response's status and the beginning of its body.
 *
 * Private, loopback, link-local and other addresses that are not public are refused, unless SLUICE_WEBHOOK_ALLOW lists
 * them. Redirects are not followed. Network errors, 408, 425, 429 and 5xx are retried, after the response's Retry-After
 * if it has one; any other response that `expect` doesn't list discards the job. When a response gets lost, the receiver
 * sees the delivery again, with the same `idempotency-key` and `webhook-id`.
 *
 * A body that is signed, or must arrive byte for byte, has to be text: objects are stored as jsonb, which reorders keys
 * and keeps only the last of duplicate keys.
 */
export const webhook = defineJob({
  name: "webhook",
  input: webhookInput,
  timeout: "30s",
  // loaded with the first delivery: the API's function, which only enqueues, does without
  async perform(input, context) {
    const { perform } = await import("./webhook/perform.ts")
    return perform(input, context)
  },
})

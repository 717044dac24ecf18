import { text as readText } from "node:stream/consumers"
import type { EnqueueOptions } from "@sluice/core"
import { parseJson } from "./json-text.ts"
import type { Options } from "./options.ts"
import { printJson } from "./output/terminal.ts"
import { withSluice } from "./with-sluice.ts"

/** Stores one job. */
export async function enqueue(options: Options, words: readonly string[]): Promise<number> {
  const [name, payloadText] = words as [string, string?]
  const payload = payloadText === undefined ? {} : await readPayload(payloadText)
  const { id, status, state } = await withSluice(options, (sluice) =>
    sluice.enqueue(name, payload, enqueueOptions(options)),
  )
  if (options.json) printJson({ id, status, state })
  else if (status === "deduplicated") console.log(`Job ${id} is there already: it is ${state}.`)
  else console.log(`Job ${id} was ${status}: it is ${state}.`)
  return 0
}

/** JSON, or `-` for that of the standard input. */
export async function readPayload(text: string, what = "The payload"): Promise<unknown> {
  return parseJson(text === "-" ? await readText(process.stdin) : text, what)
}

/** Options of their own come before those of `--options`. */
function enqueueOptions(options: Options): EnqueueOptions {
  const { tag: tags, queue, priority, runAt, delay, maxAttempts, timeout, expiresIn, expiresAt } = options
  const { uniqueKey, idempotencyKey, concurrencyKey, concurrencyLimit, rateKey, fairKey, metadata } = options
  const policies = { queue, priority, runAt, delay, maxAttempts, timeout, expiresIn, expiresAt }
  const keys = { uniqueKey, idempotencyKey, concurrencyKey, concurrencyLimit, rateKey, fairKey }
  const given = Object.entries({ ...policies, ...keys, tags, metadata }).filter(
    ([, value]) => value !== undefined,
  )
  return { ...options.options, ...Object.fromEntries(given) }
}

import { text as readText } from "node:stream/consumers"
import type { EnqueueOptions, Sluice } from "@sluice/core"
import { parseJson } from "./json-text.ts"
import { nearest } from "./nearest.ts"
import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { printJson, styled } from "./output/terminal.ts"
import { withSluice } from "./with-sluice.ts"

/** The most that are listed at once: with more, it isn't known whether a name is among them. */
const MOST_NAMES = 1_000

/** Stores one job. */
export async function enqueue(options: Options, words: readonly string[]): Promise<number> {
  const [name, payloadText] = words as [string, string?]
  const payload = payloadText === undefined ? {} : await readPayload(payloadText)
  const { id, status, state, warning } = await withSluice(options, async (sluice) => {
    const { id, status, state } = await sluice.enqueue(name, payload, enqueueOptions(options))
    const warning = options.jobs === undefined ? await warnOfName(sluice, name) : undefined
    return { id, status, state, warning }
  })
  if (options.json) printJson({ id, status, state })
  else if (status === "deduplicated") console.log(`Job ${id} is there already: it is ${state}.`)
  else console.log(`Job ${id} was ${status}: it is ${state}.`)
  if (warning) console.error(styled(warning, "yellow"))
  return 0
}

/** A mistyped name is stored like any other, since what performs it may be deployed later. */
async function warnOfName(sluice: Sluice, name: string): Promise<string | undefined> {
  const definitions = await sluice.listDefinitions().catch(() => undefined) // a role may only enqueue
  const known = definitions?.map((definition) => definition.name) ?? []
  if (!definitions || known.includes(name) || known.length >= MOST_NAMES) return undefined
  const near = nearest(name, known)
  return `No drainer has registered the name ${name} so far: the job waits for one that does.${near ? ` Did you mean ${near}?` : ""}`
}

/** JSON, or `-` for that of the standard input. */
export async function readPayload(text: string, what = "The payload"): Promise<unknown> {
  return parseJson(text === "-" ? await readText(process.stdin) : text, what)
}

/** Options of their own come before those of `--options`. */
function enqueueOptions(options: Options): EnqueueOptions {
  refusePastEnd(options)
  const { tag: tags, queue, priority, runAt, delay, maxAttempts, timeout, expiresIn, expiresAt } = options
  const { uniqueKey, idempotencyKey, concurrencyKey, concurrencyLimit, rateKey, fairKey, metadata } = options
  const policies = { queue, priority, runAt, delay, maxAttempts, timeout, expiresIn, expiresAt }
  const keys = { uniqueKey, idempotencyKey, concurrencyKey, concurrencyLimit, rateKey, fairKey }
  const given = Object.entries({ ...policies, ...keys, tags, metadata }).filter(
    ([, value]) => value !== undefined,
  )
  return { ...options.options, ...Object.fromEntries(given) }
}

/** Such a job would be canceled before anybody performs it. */
function refusePastEnd({ expiresAt }: Options): void {
  if (expiresAt === undefined || Date.parse(expiresAt) > Date.now()) return
  throw new UsageError(`--expires-at is ${JSON.stringify(expiresAt)}: give an instant that lies ahead`)
}

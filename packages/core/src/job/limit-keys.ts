import { assertText } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { callOption } from "./call-option.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import { checkPayload } from "./payload.ts"

type Limited = Pick<AnyJobDefinition, "name" | "concurrency" | "rate">

/**
 * The concurrency key of a job with this payload, which matches the definition's input; undefined if the definition
 * limits nothing. Throws `InvalidInputError` if its function throws or returns something else than a key.
 */
export function concurrencyKeyOf({ name, concurrency }: Limited, payload: unknown): string | undefined {
  const key =
    typeof concurrency?.key === "function"
      ? callOption(name, "concurrency key", concurrency.key, payload)
      : concurrency?.key
  assertText(key, ["options", "concurrencyKey"])
  return key
}

/** The same for the key of its rate. */
export function rateKeyOf(definition: Limited, payload: unknown, queue: string): string | undefined {
  const { name, rate } = definition
  const key =
    typeof rate?.key === "function"
      ? callOption(name, "rate key", rate.key, payload)
      : commonRateKeyOf(definition)
  assertText(key, ["options", "rateKey"])
  return key === ANY_QUEUE ? ANY_QUEUE + queue : key
}

/** Followed by the queue of the job. The SQL functions know it, too. */
const ANY_QUEUE = "queue:"

/** The key of the rate of all jobs of a definition, or `queue:` for that of their queue. */
export function commonRateKeyOf({ name, rate }: Limited): string | undefined {
  if (!rate || typeof rate.key === "function") return undefined
  return rate.key ?? (rate.by === "queue" ? ANY_QUEUE : `name:${name}`)
}

/** Whether a key of its jobs depends on their payloads. */
export function computesKeys({ concurrency, rate }: Limited): boolean {
  return typeof concurrency?.key === "function" || typeof rate?.key === "function"
}

/** Keys that a definition computes from a payload. */
export interface ComputedKeys {
  readonly key?: string | undefined
  readonly rateKey?: string | undefined
}

/** Computes the keys of a job that was stored by its name alone, whose payload nobody has checked yet. */
export async function storedKeysOf(definition: AnyJobDefinition, payload: unknown): Promise<ComputedKeys> {
  if (definition.input) await checkPayload(definition.name, definition.input, payload)
  const { concurrency, rate } = definition
  const key = concurrency && concurrencyKeyOf(definition, payload)
  if (concurrency && key === undefined) refuseUndefined("concurrency key")
  if (typeof rate?.key !== "function") return { key }
  const rateKey = rateKeyOf(definition, payload, "") ?? refuseUndefined("rate key")
  return { key, rateKey }
}

function refuseUndefined(what: string): never {
  throw new InvalidInputError("invalid_payload", `The function of the ${what} returned undefined`)
}

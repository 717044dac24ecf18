import { assertText } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { callOption } from "./call-option.ts"
import { limitsOf } from "./concurrency.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import { checkPayload } from "./payload.ts"

type Limited = Pick<AnyJobDefinition, "name" | "concurrency" | "rate">
/** A rate or a concurrency limit. */
interface Keyed {
  readonly key?: string | ((payload: unknown) => string) | undefined
  readonly by?: "name" | "queue" | undefined
}

/**
 * The key of a concurrency limit for a job with this payload, which matches the definition's input. Throws
 * `InvalidInputError` if its function throws or returns something else than a key.
 */
export function concurrencyKeyOf(
  { name }: Limited,
  limit: Keyed,
  payload: unknown,
  queue: string,
): string | undefined {
  return keyOf(name, limit, payload, queue, ["concurrency key", "concurrencyKey"])
}

/** The same for its rate, of which there may be none. */
export function rateKeyOf({ name, rate }: Limited, payload: unknown, queue: string): string | undefined {
  return rate && keyOf(name, rate, payload, queue, ["rate key", "rateKey"])
}

function keyOf(
  name: string,
  keyed: Keyed,
  payload: unknown,
  queue: string,
  [what, option]: [what: string, option: string],
): string | undefined {
  const { key: given } = keyed
  const key = typeof given === "function" ? callOption(name, what, given, payload) : commonKeyOf(name, keyed)
  assertText(key, ["options", option])
  return key === ANY_QUEUE ? ANY_QUEUE + queue : key
}

/** Followed by the queue of the job. The SQL functions know it, too. */
const ANY_QUEUE = "queue:"

/** The key of a limit or rate for all jobs of a definition, or `queue:` for that of their queue. Undefined: it is computed. */
export function commonKeyOf(name: string, { key, by }: Keyed): string | undefined {
  if (typeof key === "function") return undefined
  return key ?? (by === "queue" ? ANY_QUEUE : `name:${name}`)
}

/** Whether a key of its jobs depends on their payloads. */
export function computesKeys(definition: Limited): boolean {
  return [...limitsOf(definition), definition.rate].some((keyed) => typeof keyed?.key === "function")
}

/** Keys that a definition computes from a payload. */
export interface ComputedKeys {
  readonly key?: string | undefined
  readonly rateKey?: string | undefined
  /** Of the limits behind the first. */
  readonly furtherKeys?: readonly string[] | undefined
}

/** Computes the keys of a job that was stored by its name alone, whose payload nobody has checked yet. */
export async function storedKeysOf(
  definition: AnyJobDefinition,
  payload: unknown,
  queue = "",
): Promise<ComputedKeys> {
  if (definition.input) await checkPayload(definition.name, definition.input, payload)
  const [key, ...furtherKeys] = limitsOf(definition).map(
    (limit) => concurrencyKeyOf(definition, limit, payload, queue) ?? refuseUndefined("concurrency key"),
  )
  const keys = furtherKeys.length > 0 ? { key, furtherKeys } : { key }
  if (typeof definition.rate?.key !== "function") return keys
  return { ...keys, rateKey: rateKeyOf(definition, payload, queue) ?? refuseUndefined("rate key") }
}

function refuseUndefined(what: string): never {
  throw new InvalidInputError("invalid_payload", `The function of the ${what} returned undefined`)
}

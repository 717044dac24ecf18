import { integer } from "../checks/field.ts"
import { assertKnownKeys, assertText, isRecord, type Path, refuse } from "../checks/validate.ts"
import { callOption, unlessComputed } from "./call-option.ts"
import type { Computed, EnqueueOptions } from "./job-options.ts"

/** Whose turn it is: jobs with different keys take turns. */
export interface FairShare<Payload> {
  /** The key of a job, such as its tenant. A job of which it is undefined takes no turns. */
  readonly key: Computed<string, Payload>
  /** How many jobs of the key make up a turn, 1 to 1,000. Default 1. */
  readonly weight?: Computed<number, Payload>
}

/** The key alone, or with a weight. */
export type Fair<Payload> = Computed<string, Payload> | FairShare<Payload>

// biome-ignore lint/suspicious/noExplicitAny: of any payload
type AnyFair = Fair<any>

interface Fairly {
  readonly name: string
  readonly fair?: AnyFair | undefined
}

/** The key and the weight of a job's turns, as SQL functions take them; a call says them, or its definition does. */
export function fairColumns(
  definition: Fairly | undefined,
  payload: unknown,
  { fairKey, fairWeight: givenWeight }: Pick<EnqueueOptions, "fairKey" | "fairWeight">,
) {
  const { key, weight } = shareOf(definition?.fair)
  const fair_key = fairKey ?? computed(definition, "fair key", key, payload)
  assertText(fair_key, ["options", "fairKey"])
  if (fair_key === undefined) {
    if (definition && givenWeight !== undefined)
      refuse("missing_option", fair_key, ["options", "fairKey"], "a key, or leave out fairWeight")
    return { fair_weight: givenWeight }
  }
  const fair_weight = givenWeight ?? computed(definition, "fair weight", weight, payload)
  assertWeight(fair_weight, ["options", "fairWeight"])
  return { fair_key, fair_weight }
}

/** What a definition says of all of its jobs. */
export function commonFairColumns({ fair }: Fairly) {
  const { key, weight } = shareOf(fair)
  return { fair_key: unlessComputed(key), fair_weight: unlessComputed(weight) }
}

export function computesFairKey({ fair }: Fairly): boolean {
  return typeof shareOf(fair).key === "function"
}

export function assertFair(fair: unknown, path: readonly (string | number)[]): void {
  if (fair === undefined || typeof fair === "function") return
  if (!isRecord(fair)) {
    assertText(fair, path)
    return
  }
  assertKnownKeys(fair, ["key", "weight"], path)
  if (fair.key === undefined) refuse("missing_option", fair.key, [...path, "key"], "text, or a function")
  if (typeof fair.key !== "function") assertText(fair.key, [...path, "key"])
  if (typeof fair.weight !== "function") assertWeight(fair.weight, [...path, "weight"])
}

/** How many jobs of a key make up a turn. */
export const fairWeight = integer(1, 1_000)

function assertWeight(weight: unknown, path: Path): void {
  if (weight !== undefined) fairWeight.assert(weight, path)
}

function shareOf(fair: AnyFair | undefined) {
  return typeof fair === "object" ? fair : { key: fair, weight: undefined }
}

function computed<Value>(
  definition: Fairly | undefined,
  what: string,
  option: Computed<Value, unknown> | undefined,
  payload: unknown,
): Value | undefined {
  if (typeof option !== "function" || !definition) return option as Value | undefined
  return callOption(definition.name, what, option as (payload: unknown) => Value | undefined, payload)
}

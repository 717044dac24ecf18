import { durationMs } from "../checks/duration.ts"
import {
  assertKnownKeys,
  assertOneOf,
  assertPeriod,
  assertText,
  isRecord,
  refuse,
} from "../checks/validate.ts"
import { callOption } from "./call-option.ts"
import type { ComputedUniqueness, EnqueueOptions, Uniqueness } from "./job-options.ts"

type Path = readonly string[]

/** What a definition says of it. */
interface Definition {
  readonly name: string
  readonly unique?: ComputedUniqueness<never>
  readonly uniqueKey?: (payload: never) => string | undefined
}

const UNIQUE_KEYS = [
  "key",
  "while",
  "for",
  "onConflict",
  "longestWait",
] satisfies readonly (keyof Uniqueness)[]

/** Checks a rule by itself: what it leaves open, the definition may say. */
export function assertUnique(unique: unknown, path: Path): void {
  if (unique === undefined) return
  if (!isRecord(unique)) refuse("invalid_option", unique, path, 'an object such as { while: "waiting" }')
  assertKnownKeys(unique, UNIQUE_KEYS, path)
  assertText(unique.key, [...path, "key"])
  assertOneOf(unique.while, [...path, "while"], ["waiting", "unfinished"])
  assertOneOf(unique.onConflict, [...path, "onConflict"], ["keep", "replace", "reschedule", "reject"])
  assertPeriod(unique.for, [...path, "for"])
  assertPeriod(unique.longestWait, [...path, "longestWait"])
  if (unique.onConflict !== undefined) assertConsistent(unique, path)
}

/** Checks a whole rule. The SQL function `unique_rule_of` does the same where the definition is known to the database only. */
function assertConsistent(unique: Uniqueness, path: Path): void {
  const changes = unique.onConflict === "replace" || unique.onConflict === "reschedule"
  if (changes && unique.while === "unfinished") {
    const expected = '"waiting", because a job that runs can\'t be replaced or rescheduled'
    refuse("invalid_option", unique.while, [...path, "while"], expected)
  }
  if (changes && unique.for !== undefined) {
    const expected = "no period with replace and reschedule, which change a job that waits"
    refuse("invalid_option", unique.for, [...path, "for"], expected)
  }
  if (!changes && unique.longestWait !== undefined)
    refuse(
      "invalid_option",
      unique.longestWait,
      [...path, "longestWait"],
      'it with "replace" or "reschedule" only',
    )
}

/** Checks the rule of a definition, whose key may be a function. */
export function assertDefinedUnique({ name, unique, uniqueKey }: Definition): void {
  if (unique === undefined) return
  const path = [name, "unique"]
  if (uniqueKey !== undefined)
    refuse("invalid_option", uniqueKey, [name, "uniqueKey"], "unique with a key, or uniqueKey, not both")
  assertUnique(
    isRecord(unique) && typeof unique.key === "function" ? { ...unique, key: undefined } : unique,
    path,
  )
  assertConsistent(unique as Uniqueness, path)
}

/**
 * The rule of a job: what its call says, else its definition. Undefined if the definition's function gives this payload no key.
 */
export function completeUnique(
  definition: Definition,
  payload: unknown,
  given: Pick<EnqueueOptions, "unique" | "uniqueKey">,
): Uniqueness | undefined {
  const { key: rule = definition.uniqueKey, ...defined } = definition.unique ?? {}
  const givenKey = given.unique?.key ?? given.uniqueKey
  const compute = typeof rule === "function" ? (rule as (payload: unknown) => string | undefined) : () => rule
  const key = givenKey ?? callOption(definition.name, "uniqueKey", compute, payload)
  if (key === undefined && rule !== undefined) return undefined
  assertText(key, ["options", "unique", "key"])
  const unique = { ...defined, ...given.unique, ...(key !== undefined && { key }) }
  assertConsistent(unique, ["options", "unique"])
  return unique
}

/** The rule, without the key, in the words of the SQL functions. */
export function uniqueRule(unique: Omit<Uniqueness, "key">) {
  return {
    while: unique.while,
    for_ms: unique.for === undefined ? undefined : durationMs(unique.for),
    on_conflict: unique.onConflict,
    longest_wait_ms: unique.longestWait === undefined ? undefined : durationMs(unique.longestWait),
  }
}

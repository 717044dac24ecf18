import { durationMs } from "../checks/duration.ts"
import { type FieldsOf, object, oneOf, period, text } from "../checks/field.ts"
import { assertText, isRecord, type Path, refuse } from "../checks/validate.ts"
import { callOption } from "./call-option.ts"
import type { ComputedUniqueness, EnqueueOptions, Uniqueness } from "./job-options.ts"

/** What a definition says of it. */
interface Definition {
  readonly name: string
  readonly unique?: ComputedUniqueness<never>
  readonly uniqueKey?: (payload: never) => string | undefined
}

/** A rule by itself: what it leaves open, the definition may say. */
export const uniqueness = object(
  {
    key: text(),
    while: oneOf(["waiting", "unfinished"]),
    for: period(),
    onConflict: oneOf(["keep", "replace", "reschedule", "reject"]),
    longestWait: period(),
  } satisfies FieldsOf<Uniqueness>,
  {
    assert(unique, path) {
      if (unique.onConflict !== undefined) assertConsistent(unique, path)
    },
  },
)

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
  uniqueness.assert(
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

import { assertGiven, integer, oneOf } from "../checks/field.ts"
import {
  assertInteger,
  assertKnownKeys,
  assertOneOf,
  assertText,
  type Path,
  refuse,
} from "../checks/validate.ts"
import type { Concurrency } from "./job-options.ts"

const KEYS = ["key", "by", "limit", "order", "onRetry"] satisfies readonly (keyof Concurrency<unknown>)[]
const MOST_LIMITS = 8

/** The limits of a definition's jobs. A call's `concurrencyKey` replaces the key of the first. */
export function limitsOf({
  concurrency,
}: {
  readonly concurrency?: Concurrency<unknown> | readonly Concurrency<unknown>[] | undefined
}): readonly Concurrency<unknown>[] {
  if (concurrency === undefined) return []
  return isList(concurrency) ? concurrency : [concurrency]
}

/** Checks the concurrency limits of a definition. */
export function assertConcurrency(
  concurrency: Concurrency<never> | readonly Concurrency<never>[] | undefined,
  path: readonly string[],
): void {
  if (concurrency === undefined) return
  if (!isList(concurrency)) {
    assertLimit(concurrency, path)
    return
  }
  if (concurrency.length === 0 || concurrency.length > MOST_LIMITS)
    refuse("invalid_option", concurrency.length, [...path, "length"], `1 to ${MOST_LIMITS} limits`)
  concurrency.forEach((limit, place) => {
    assertLimit(limit, [...path, `${place}`])
    if (place > 0 && isInOrder(limit))
      refuse(
        "invalid_option",
        limit.order,
        [...path, `${place}`, "order"],
        "it in the first limit of the list",
      )
    const { key, by = "name" } = limit
    if (typeof key !== "function" && concurrency.findIndex((other) => isSameKey(other, limit)) < place)
      refuse(
        "invalid_option",
        key ?? by,
        [...path, `${place}`, key === undefined ? "by" : "key"],
        "each key once",
      )
  })
}

function isSameKey({ key, by = "name" }: Concurrency<never>, other: Concurrency<never>): boolean {
  return key === other.key && by === (other.by ?? "name")
}

function assertLimit(concurrency: Concurrency<never>, path: readonly string[]): void {
  assertKnownKeys(concurrency, KEYS, path)
  const { key, by, limit, order, onRetry } = concurrency
  if (typeof key !== "function") assertText(key, [...path, "key"])
  assertOneOf(by, [...path, "by"], ["name", "queue"])
  if (key !== undefined && by !== undefined)
    refuse("invalid_option", by, [...path, "by"], "key or by, not both")
  assertInteger(limit, [...path, "limit"], 1, 1_000_000)
  assertGiven({ order: concurrencyOrder, onRetry: concurrencyOnRetry }, concurrency, path)
  if (isInOrder(concurrency)) assertOneAtATime(limit, [...path, "limit"])
  else if (onRetry !== undefined)
    refuse("missing_option", order, [...path, "order"], '"enqueued" with onRetry')
}

export const concurrencyLimit = integer(1, 1_000_000)
export const concurrencyOrder = oneOf(["priority", "enqueued"])
export const concurrencyOnRetry = oneOf(["hold", "pass"])

/** Whether the jobs of a limit run in the order of their enqueue. */
export function isInOrder({ order }: { readonly order?: Concurrency<never>["order"] | undefined }): boolean {
  return order === "enqueued"
}

/** Refuses a limit above 1 of jobs that run in order. */
export function assertOneAtATime(limit: number | undefined, path: Path): void {
  if (limit === undefined || limit === 1) return
  const expected = "1, or leave it out, because jobs that run in the order of their enqueue run one at a time"
  refuse("invalid_option", limit, path, expected)
}

/** As `Array.isArray`, which doesn't narrow to lists that can't be written to. */
function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value)
}

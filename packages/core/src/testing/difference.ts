import { formatValue } from "../checks/format-value.ts"

/** A place in a value that differs from what was expected. */
export interface Difference {
  /** As `order.items[0]`; empty for the value itself. */
  readonly path: string
  readonly expected: unknown
  readonly actual: unknown
}

/** Where a value lacks something of a part of it. Objects may have more fields than expected; lists have as many items. */
export function differencesFromPart(expected: unknown, actual: unknown, path = ""): Difference[] {
  if (isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    if (Array.isArray(expected) && expected.length !== (actual as unknown[]).length)
      return [{ path: join(path, "length"), expected: expected.length, actual: (actual as unknown[]).length }]
    return Object.entries(expected).flatMap(([key, field]) =>
      differencesFromPart(
        field,
        (actual as Record<string, unknown>)[key],
        join(path, key, Array.isArray(expected)),
      ),
    )
  }
  return Object.is(expected, actual) ? [] : [{ path, expected, actual }]
}

export function formatDifference({ path, expected, actual }: Difference): string {
  return `${path || "the payload"} is ${formatValue(actual)} instead of ${formatValue(expected)}`
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null
}

function join(path: string, key: string, isIndex = false): string {
  if (isIndex) return `${path}[${key}]`
  return path === "" ? key : `${path}.${key}`
}

import { inspect, isDeepStrictEqual } from "node:util"

const LONGEST = 300

/** What differs between what was seen after an uninterrupted run and after another, a sentence for each difference. */
export function differencesInWhatHappened(expected: unknown, actual: unknown, path = ""): string[] {
  if (isDeepStrictEqual(expected, actual)) return []
  if (Array.isArray(expected) && Array.isArray(actual)) return differencesOfLists(expected, actual, path)
  if (isPlain(expected) && isPlain(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
    return [...keys].flatMap((key) =>
      differencesInWhatHappened(expected[key], actual[key], path === "" ? key : `${path}.${key}`),
    )
  }
  return [
    `${path || "what observe returns"} is ${show(actual)} instead of ${show(expected)}${timesOf(expected, actual)}`,
  ]
}

/** What a list has is compared without its order, which is told only if nothing else differs. */
function differencesOfLists(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
): string[] {
  const where = path === "" ? "" : ` in ${path}`
  const kinds = new Map([...expected, ...actual].map((item) => [show(item, Number.POSITIVE_INFINITY), item]))
  const differences = [...kinds.values()].flatMap((item) => {
    const wanted = countOf(expected, item)
    const found = countOf(actual, item)
    return found === wanted ? [] : [`${show(item)}${where} ${howOften(found, wanted)}`]
  })
  return differences.length > 0
    ? differences
    : [`the order${where} is ${show(actual)} instead of ${show(expected)}`]
}

function countOf(list: readonly unknown[], item: unknown): number {
  return list.filter((other) => isDeepStrictEqual(other, item)).length
}

function howOften(found: number, wanted: number): string {
  if (found === 0) return "never happened"
  if (wanted === 0) return "is there, which an uninterrupted run doesn't leave"
  return `happened ${times(found)}${wanted === 1 ? "" : ` instead of ${times(wanted)}`}`
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`
}

/** A number is mostly a count. */
function timesOf(expected: unknown, actual: unknown): string {
  if (typeof expected !== "number" || typeof actual !== "number" || expected === 0) return ""
  if (actual === 0) return ": it never happened"
  return Number.isInteger(actual / expected) ? `: it happened ${times(actual / expected)}` : ""
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function show(value: unknown, mostCharacters = LONGEST): string {
  const text = inspect(value, {
    depth: null,
    sorted: true,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
  })
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
}

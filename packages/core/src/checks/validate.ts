import { InvalidInputError } from "../errors.ts"
import { type Duration, durationMs } from "./duration.ts"
import { formatList, formatValue, shownValue, truncate } from "./format-value.ts"

/** Where a value is, outermost key first. */
export type Path = readonly (string | number)[]

export const NAME = /^[A-Za-z0-9._/:-]{1,128}$/

export function assertName(value: unknown, path: Path): void {
  if (typeof value !== "string" || !NAME.test(value)) {
    refuse("invalid_name", value, path, "1 to 128 letters, digits and . _ - / :")
  }
}

export function assertInteger(value: unknown, path: Path, least: number, most: number): void {
  if (value === undefined) return
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    refuse("invalid_option", value, path, `a whole number from ${least} to ${most}`)
  }
}

export function assertOneOf(value: unknown, path: Path, known: readonly string[]): void {
  if (value === undefined || known.includes(value as string)) return
  refuseUnknown(value, path, known)
}

/** More are no help to who mistyped one of them. */
const MOST_LISTED = 12

/** Says what is known, or of many the nearest alone. */
export function refuseUnknown(value: unknown, path: Path, known: readonly string[]): never {
  const isLong = known.length > MOST_LISTED && typeof value === "string"
  const near = isLong ? nearest(value, known) : undefined
  if (near !== undefined) {
    const said = `${path.join(".")} is ${shownValue(value)}: did you mean ${JSON.stringify(near)}?`
    throw new InvalidInputError("invalid_option", said, { path })
  }
  refuse("invalid_option", value, path, known.map((one) => JSON.stringify(one)).join(" or "))
}

export function assertText(value: unknown, path: Path): void {
  if (value !== undefined && !isText(value, 512)) {
    refuse("invalid_option", value, path, "text of 1 to 512 characters, without NUL")
  }
}

/** Whether it is non-empty text of at most `mostCharacters`. Like Postgres, it counts code points. */
export function isText(value: unknown, mostCharacters: number): boolean {
  if (typeof value !== "string" || value === "" || !isStorableText(value)) return false
  // a code point takes one or two of the units that `length` counts
  return (
    value.length <= mostCharacters ||
    (value.length <= 2 * mostCharacters && [...value].length <= mostCharacters)
  )
}

/** Checks a length of time that may not be 0. */
export function assertPeriod(
  value: unknown,
  path: Path,
  mostMs = Number.POSITIVE_INFINITY,
  expected = 'a duration longer than 0, such as "10m"',
): void {
  if (value === undefined) return
  const ms = durationMs(value as Duration, path)
  if (ms === 0 || ms > mostMs) refuse("invalid_option", value, path, expected)
}

/** Whether Postgres can store the text: without NUL and unpaired surrogates. */
export function isStorableText(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed()
}

/** Refuses what is no object with named fields. */
export function assertRecord(value: unknown, path: Path): void {
  if (!isRecord(value)) refuseType(value, path, "an object")
}

/** The message has only the type of what it refuses, which may be a connection string. */
export function refuseType(value: unknown, path: Path, expected: string): never {
  throw new InvalidInputError(
    "invalid_option",
    `${path.join(".") || "options"} is ${typeOf(value)}: give ${expected}`,
    {
      path,
    },
  )
}

function typeOf(value: unknown): string {
  if (value === undefined) return "missing"
  if (value === null) return "null"
  return Array.isArray(value) ? "a list" : `of type ${typeof value}`
}

/**
 * Refuses what is no object, and a key that is not among the known ones, and suggests the nearest of them.
 *
 * @param renamed Keys of earlier versions, with their current names.
 */
export function assertKnownKeys(
  value: object,
  known: readonly string[],
  path: Path,
  renamed: Readonly<Record<string, string>> = {},
): void {
  assertRecord(value, path)
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    throw new InvalidInputError(
      "unknown_option",
      `${path.join(".") || "options"} has no option ${formatValue(key)}: ${hintFor(key, known, renamed)}`,
      { path: [...path, truncate(key)] },
    )
  }
}

function hintFor(key: string, known: readonly string[], renamed: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(renamed, key)) return `it is now called ${renamed[key]}`
  const near = nearest(key, known)
  return near ? `did you mean ${JSON.stringify(near)}?` : `known options are ${formatList(known)}`
}

export function refuse(code: string, value: unknown, path: Path, expected: string): never {
  const where = path.join(".") || "options"
  throw new InvalidInputError(code, `${where} is ${shownValue(value)}: give ${expected}`, { path })
}

/** Longest word to look for: the time that the distance takes grows with the product of the lengths. */
const LONGEST_MISTYPED = 128
const MOST_CANDIDATES = 1_000

/** The candidate that is closest to `word`, if it differs by at most a third of its letters. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_MISTYPED) return undefined
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  let looked = 0
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    if (++looked > MOST_CANDIDATES) break
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Levenshtein distance: the fewest letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

/** Whether it is an object with named fields: neither an array nor null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

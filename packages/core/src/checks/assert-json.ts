import { InvalidInputError } from "../errors.ts"
import { formatValue, truncate } from "./format-value.ts"
import { isStorableText } from "./validate.ts"

/** Deepest nesting of arrays and objects. */
const MOST_LEVELS = 1_000

/**
 * Refuses what JSON would silently drop or change, with the path to it, so that what is stored equals what was given.
 * Two changes are allowed: an object's `toJSON` is called, as for a Date, and properties that are undefined are left
 * out. Returns whether there were none of these, that is, whether parsing the JSON gives back the same value.
 */
export function assertJson(value: unknown, path: readonly (string | number)[]): boolean {
  return assertNode(value, [...path], [])
}

/** `path` and `ancestors` lead to the value. Both are restored before the function returns. */
function assertNode(given: unknown, path: (string | number)[], ancestors: object[]): boolean {
  if (ancestors.length > MOST_LEVELS) {
    refuseNode(path.slice(0, -ancestors.length), "is nested too deep", `at most ${MOST_LEVELS} levels`)
  }
  const value = afterToJson(given, path)
  if (typeof value === "string") {
    if (!isStorableText(value)) refuseNode(path, `is ${formatValue(value)}`, STORABLE_TEXT)
  } else if (typeof value === "number") {
    if (!Number.isFinite(value))
      refuseNode(path, `is ${value}`, "a finite number: JSON can't represent others")
  } else if (typeof value === "object" && value !== null) {
    if (ancestors.includes(value)) refuseNode(path, "is circular", "a value that does not contain itself")
    ancestors.push(value)
    const isJson = Array.isArray(value)
      ? assertItems(value, path, ancestors)
      : assertProperties(value, path, ancestors)
    ancestors.pop()
    return isJson && value === given
  } else if (value !== null && typeof value !== "boolean") {
    const name = typeof value === "bigint" ? `the BigInt ${value}` : formatValue(value)
    refuseNode(path, `is ${name}`, "an object or another JSON value")
  }
  return value === given
}

const STORABLE_TEXT = "text without NUL or unpaired surrogates, which Postgres can't store"

function assertItems(list: readonly unknown[], path: (string | number)[], ancestors: object[]): boolean {
  let isJson = true
  for (let index = 0; index < list.length; index++) {
    path.push(index)
    isJson = assertNode(list[index], path, ancestors) && isJson
    path.pop()
  }
  return isJson
}

function assertProperties(object: object, path: (string | number)[], ancestors: object[]): boolean {
  if (!isPlain(object)) {
    refuseNode(path, `is a ${formatValue(object.constructor?.name)}`, "a plain object, or one with toJSON")
  }
  let isJson = true
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key]
    if (value === undefined) {
      isJson = false
      continue
    }
    path.push(key)
    if (!isStorableText(key)) refuseNode(path, "has a key that can't be stored", STORABLE_TEXT)
    isJson = assertNode(value, path, ancestors) && isJson
    path.pop()
  }
  return isJson
}

/** Calls `toJSON` like JSON.stringify. If it returns null, the value is an invalid date of some library. */
function afterToJson(value: unknown, path: readonly (string | number)[]): unknown {
  if ((typeof value !== "object" && typeof value !== "bigint") || value === null) return value
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON !== "function") return value
  const json = toJSON.call(value, String(path.at(-1)))
  if (json === null) refuseNode(path, `is ${formatValue(value)}`, "a valid date: JSON would store it as null")
  return json
}

/** Whether it is an object literal, of any realm, or has no prototype. */
function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function refuseNode(path: readonly (string | number)[], is: string, expected: string): never {
  const at = shortenPath(path)
  throw new InvalidInputError("invalid_payload", `${at.join(".")} ${is}: give ${expected}`, { path: at })
}

const MOST_STEPS = 20

/** Shortens a path for an error, because the caller's value decides how long it is. */
export function shortenPath(path: readonly (string | number)[]): (string | number)[] {
  const steps = path.slice(0, MOST_STEPS).map((step) => (typeof step === "string" ? truncate(step) : step))
  return path.length > MOST_STEPS ? [...steps, "…"] : steps
}

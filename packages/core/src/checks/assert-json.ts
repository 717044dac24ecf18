import { InvalidInputError } from "../errors.ts"
import { formatValue, truncate } from "./format-value.ts"
import { isStorableText } from "./validate.ts"

/** How many lists and objects may be in one another. */
const MOST_LEVELS = 1_000

/**
 * Refuses what JSON would drop or change without a word, with the path to it: what is stored is then what was given.
 * An object's `toJSON` has its say, as a Date's, and a property that is undefined is as good as none. Answers whether
 * there was neither of these, so that the value is what its JSON would be parsed to.
 */
export function assertJson(value: unknown, path: readonly (string | number)[]): boolean {
  return assertNode(value, [...path], [])
}

/** `path` and `holders` are those of the value, and the same again afterwards. */
function assertNode(given: unknown, path: (string | number)[], holders: object[]): boolean {
  if (holders.length > MOST_LEVELS) {
    wrong(path.slice(0, -holders.length), "is nested too deep", `at most ${MOST_LEVELS} levels`)
  }
  const value = afterToJson(given, path)
  if (typeof value === "string") {
    if (!isStorableText(value)) wrong(path, `is ${formatValue(value)}`, STORABLE_TEXT)
  } else if (typeof value === "number") {
    if (!Number.isFinite(value)) wrong(path, `is ${value}`, "a finite number: JSON has no other")
  } else if (typeof value === "object" && value !== null) {
    if (holders.includes(value)) wrong(path, "is circular", "a value that does not contain itself")
    holders.push(value)
    const isJson = Array.isArray(value)
      ? assertItems(value, path, holders)
      : assertProperties(value, path, holders)
    holders.pop()
    return isJson && value === given
  } else if (value !== null && typeof value !== "boolean") {
    const name = typeof value === "bigint" ? `the BigInt ${value}` : formatValue(value)
    wrong(path, `is ${name}`, "an object or another JSON value")
  }
  return value === given
}

const STORABLE_TEXT = "text without NUL and lone surrogates, which Postgres can't store"

function assertItems(list: readonly unknown[], path: (string | number)[], holders: object[]): boolean {
  let isJson = true
  for (let index = 0; index < list.length; index++) {
    path.push(index)
    isJson = assertNode(list[index], path, holders) && isJson
    path.pop()
  }
  return isJson
}

function assertProperties(object: object, path: (string | number)[], holders: object[]): boolean {
  if (!isPlain(object)) {
    wrong(
      path,
      `is a ${formatValue(object.constructor?.name)}`,
      "a plain object or one with toJSON, which JSON can hold",
    )
  }
  let isJson = true
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key]
    if (value === undefined) {
      isJson = false
      continue
    }
    path.push(key)
    if (!isStorableText(key)) wrong(path, "has a key that can't be stored", STORABLE_TEXT)
    isJson = assertNode(value, path, holders) && isJson
    path.pop()
  }
  return isJson
}

/** As JSON.stringify asks it. One that answers with null is an invalid date of some library's. */
function afterToJson(value: unknown, path: readonly (string | number)[]): unknown {
  if ((typeof value !== "object" && typeof value !== "bigint") || value === null) return value
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON !== "function") return value
  const json = toJSON.call(value, String(path.at(-1)))
  if (json === null) wrong(path, `is ${formatValue(value)}`, "a valid one: JSON would have null for it")
  return json
}

/** Of any realm: an object literal, or one without a prototype. */
function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function wrong(path: readonly (string | number)[], is: string, expected: string): never {
  const at = shortened(path)
  throw new InvalidInputError("invalid_payload", `${at.join(".")} ${is}: give ${expected}`, { path: at })
}

const MOST_STEPS = 20

/** A path for an error: whoever sent the value has chosen how long it is. */
export function shortened(path: readonly (string | number)[]): (string | number)[] {
  const steps = path.slice(0, MOST_STEPS).map((step) => (typeof step === "string" ? truncate(step) : step))
  return path.length > MOST_STEPS ? [...steps, "…"] : steps
}

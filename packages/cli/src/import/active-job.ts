import { Refusal } from "./source.ts"

/** Keys that Active Job adds to a hash, to say which of its keys were symbols. */
const MARKS = ["_aj_symbol_keys", "_aj_ruby2_keywords", "_aj_hash_with_indifferent_access"]

/** What Active Job's own serializers store as text that JSON can have, too: names, numbers and instants. */
const AS_STORED = ["Symbol", "DateTime", "Date", "TimeWithZone", "Time", "BigDecimal"].map(
  (type) => `ActiveJob::Serializers::${type}Serializer`,
)
const DURATION = "ActiveJob::Serializers::DurationSerializer"

/** More than a payload may have. */
const MOST_LEVELS = 1_000

/**
 * The payload of a job with these arguments, as Active Job has serialized them: `{}` without any, the keywords if there is
 * nothing else, and otherwise `{ arguments: [...] }` with the keywords at the end. Throws {@link Refusal}.
 */
export function toPayload(serialized: string): unknown {
  assertExact(serialized)
  const list: unknown = JSON.parse(serialized)
  if (!Array.isArray(list)) throw new Refusal("its arguments aren't a list")
  const [first, ...others]: unknown[] = list
  if (first === undefined) return {}
  if (others.length === 0 && isKeywords(first)) return toJson(first)
  return { arguments: list.map((argument) => toJson(argument)) }
}

function isKeywords(value: unknown): value is Record<string, unknown> {
  return isHash(value) && MARKS.some((mark) => mark in value)
}

function toJson(value: unknown, levels = 1): unknown {
  if (levels > MOST_LEVELS) throw new Refusal(`an argument is nested too deep: at most ${MOST_LEVELS} levels`)
  if (Array.isArray(value)) return value.map((element) => toJson(element, levels + 1))
  if (!isHash(value)) return value
  if (typeof value._aj_globalid === "string") return value._aj_globalid
  if (typeof value._aj_serialized === "string") return toJsonOfObject(value._aj_serialized, value)
  const own = Object.entries(value).filter(([key]) => !MARKS.includes(key))
  const reserved = own.find(([key]) => key.startsWith("_aj_"))
  if (reserved) throw new Refusal(`an argument has ${reserved[0]}, which is not known here`)
  return Object.fromEntries(own.map(([key, field]) => [key, toJson(field, levels + 1)]))
}

function toJsonOfObject(serializer: string, { value }: Record<string, unknown>): unknown {
  if (AS_STORED.includes(serializer) && typeof value === "string") return value
  if (serializer === DURATION && typeof value === "number") return value
  throw new Refusal(`an argument is serialized by ${serializer}, whose values JSON doesn't have`)
}

function isHash(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}

/** Ruby reads integers of any size, JavaScript would round them. */
function assertExact(json: string): void {
  const withoutTexts = json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""')
  for (const [integer] of withoutTexts.matchAll(/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g))
    if (!Number.isSafeInteger(Number(integer)))
      throw new Refusal("an argument is an integer that JavaScript can't represent exactly")
}

import { isRecord } from "../checks/validate.ts"

const MOST_ELEMENTS = 20
const MOST_LEVELS = 4
const MOST_CHARACTERS = 200
const MOST_BYTES = 8_000
/** What belongs to jobs and may be secret, or isn't data. */
const NOT_RECORDED = ["payload", "metadata", "properties", "transaction", "value"]

/** What the audit log keeps of an action: enough to tell what it was about, small whatever was passed, and without contents. */
export function summaryOf(about: object): object {
  const summary = part(about, 0) as object
  const json = JSON.stringify(summary)
  return json.length <= MOST_BYTES ? summary : { beginning: shorten(json, MOST_BYTES) }
}

function part(value: unknown, level: number): unknown {
  if (typeof value === "string") return shorten(value)
  if (typeof value === "bigint") return String(value)
  if (typeof value !== "object" || value === null) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : value
  if (level === MOST_LEVELS) return "…"
  if (Array.isArray(value)) return elements(value, level)
  if (!isRecord(value)) return "…"
  const fields = Object.entries(value).slice(0, MOST_ELEMENTS)
  return Object.fromEntries(
    fields.map(([key, field]) => [
      shorten(key),
      NOT_RECORDED.includes(key) ? "(not recorded)" : part(field, level + 1),
    ]),
  )
}

function elements(list: readonly unknown[], level: number): unknown[] {
  const some = list.slice(0, MOST_ELEMENTS).map((element) => part(element, level + 1))
  const more = list.length - some.length
  return more > 0 ? [...some, `and ${more} more`] : some
}

/** Postgres stores neither NUL nor half of a pair. */
function shorten(text: string, mostCharacters = MOST_CHARACTERS): string {
  return text.slice(0, mostCharacters).replaceAll("\0", "").toWellFormed()
}

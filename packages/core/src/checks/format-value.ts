/** Longest part of a value that is repeated in a message or a path, in characters. */
const MAX_CHARACTERS = 100

/** Formats a value for a message: short, and without ever throwing. */
export function formatValue(value: unknown): string {
  try {
    if (typeof value === "string") return JSON.stringify(truncate(value))
    return truncate(isPlain(value) ? formatPlain(value) : formatOther(value))
  } catch {
    return `a value of type ${typeof value}`
  }
}

/** Most elements or fields that are repeated. */
const MOST_FIELDS = 10

/** A value as a message has it after "is". What isn't there is missing: over HTTP and on the command line nothing is undefined. */
export function shownValue(value: unknown): string {
  return value === undefined ? "missing" : formatValue(value)
}

/** An object or list without what is in its own objects and lists: an error is no place for a whole payload. */
function formatPlain(value: object): string {
  const fields = Object.entries(value).slice(0, MOST_FIELDS)
  const shown = fields.map(([key, field]) => {
    const text = isPlain(field) ? (Array.isArray(field) ? "[…]" : "{…}") : formatValue(field)
    return Array.isArray(value) ? text : `${key}: ${text}`
  })
  const more = Object.keys(value).length > MOST_FIELDS ? ", …" : ""
  const list = `${shown.join(", ")}${more}`
  if (Array.isArray(value)) return `[${list}]`
  return list === "" ? "{}" : `{ ${list} }`
}

/** Of a class the name: an instance may be a client that knows a password. */
function formatOther(value: unknown): string {
  const text = String(value)
  return text.startsWith("[object ") ? `an instance of ${(value as object).constructor.name}` : text
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/** Cuts off text from outside, which may be of any length. Without halves of pairs, given or cut: not every program reads JSON that has one. */
export function truncate(text: string, mostCharacters = MAX_CHARACTERS): string {
  return (text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text).toWellFormed()
}

/** As in "1 field" and "3 fields". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

const MOST_LISTED = 20

/** Joins the first texts, and says how many more there are. */
export function formatList(texts: readonly string[], separator = ", "): string {
  const more = texts.length - MOST_LISTED
  const first = texts.slice(0, MOST_LISTED).join(separator)
  return more > 0 ? `${first}${separator}and ${more} more` : first
}

import { type Field, list, text } from "../checks/field.ts"
import { isText, type Path, refuse } from "../checks/validate.ts"

const MOST_TAGS = 100
const MOST_TAG_CHARACTERS = 128

/** Throws `InvalidInputError` for what can't be the tags of a job. */
function assertTags(tags: unknown, path: Path): void {
  if (tags === undefined) return
  const isList = Array.isArray(tags) && tags.length <= MOST_TAGS
  if (!isList || !Array.from(tags).every((tag) => isText(tag, MOST_TAG_CHARACTERS))) {
    const expected = `a list of up to ${MOST_TAGS} strings of 1 to ${MOST_TAG_CHARACTERS} characters, without NUL`
    refuse("invalid_option", tags, path, expected)
  }
}

const FIRST_INSTANT_MS = Date.UTC(1970, 0, 1)
export const LAST_INSTANT_MS = Date.UTC(9999, 11, 31)
/** ISO 8601, the same as in the SQL function `instant_of`: a day, a time with up to 9 fractional digits, and an offset. */
const ISO_8601 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)(?:Z|([+-](?:0\d|1[0-4]))(?::?([0-5]\d))?)$/

/** The tags of a job. An error has the place of the whole list. */
export const tags: Field<readonly string[], false> = {
  ...list(text(MOST_TAG_CHARACTERS), 0, MOST_TAGS),
  assert: assertTags,
}

/** A `Date`, or an ISO 8601 string. */
export const instant: Field<Date | string, false> = {
  schema: { type: "string", format: "date-time" },
  isRequired: false,
  assert: (value, path) => toIsoInstant(value as string, path),
}

/** The instant as an ISO 8601 string, truncated to milliseconds. */
export function toIsoInstant(runAt: Date | string, path: Path): string {
  const at = runAt instanceof Date ? runAt : new Date(isoOf(runAt) ?? Number.NaN)
  if (!(at.getTime() >= FIRST_INSTANT_MS && at.getTime() <= LAST_INSTANT_MS)) {
    const expected =
      "a Date or an ISO 8601 instant such as 2030-01-31T12:00:00Z, between the years 1970 and 9999"
    refuse("invalid_option", runAt, path, expected)
  }
  return at.toISOString()
}

/** The text in the form that `new Date` parses, or undefined for an invalid instant such as February 31st. */
function isoOf(text: unknown): string | undefined {
  const [, day, time, hours, minutes = "00"] = (typeof text === "string" && ISO_8601.exec(text)) || []
  if (!day || !new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)) return undefined
  return `${day}${time}${hours ? `${hours}:${minutes}` : "Z"}`
}

/** Most characters of a value that a message or a path repeats. */
const MOST_SHOWN = 100

/** A value for a message: short, and never an error of its own. */
export function formatValue(value: unknown): string {
  try {
    return typeof value === "string" ? JSON.stringify(truncate(value)) : truncate(String(value))
  } catch {
    return `a value of type ${typeof value}`
  }
}

/** The beginning of a text that somebody else may have made as long as they like. */
export function truncate(text: string, mostCharacters = MOST_SHOWN): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
}

const MOST_LISTED = 20

/** The first of these, and how many more there are. */
export function formatList(texts: readonly string[], separator = ", "): string {
  const more = texts.length - MOST_LISTED
  const first = texts.slice(0, MOST_LISTED).join(separator)
  return more > 0 ? `${first}${separator}and ${more} more` : first
}

/** Longest part of a value that is repeated in a message or a path, in characters. */
const MAX_CHARACTERS = 100

/** Formats a value for a message: short, and without ever throwing. */
export function formatValue(value: unknown): string {
  try {
    return typeof value === "string" ? JSON.stringify(truncate(value)) : truncate(String(value))
  } catch {
    return `a value of type ${typeof value}`
  }
}

/** Cuts off text from outside, which may be of any length. */
export function truncate(text: string, mostCharacters = MAX_CHARACTERS): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
}

const MOST_LISTED = 20

/** Joins the first texts, and says how many more there are. */
export function formatList(texts: readonly string[], separator = ", "): string {
  const more = texts.length - MOST_LISTED
  const first = texts.slice(0, MOST_LISTED).join(separator)
  return more > 0 ? `${first}${separator}and ${more} more` : first
}

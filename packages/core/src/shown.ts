/** A value for a message: short, and never an error of its own. */
export function shown(value: unknown): string {
  let text: string
  try {
    text = typeof value === "string" ? JSON.stringify(value) : String(value)
  } catch {
    text = `a value of type ${typeof value}`
  }
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

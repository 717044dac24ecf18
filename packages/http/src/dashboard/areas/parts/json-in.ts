/** A value that a form sends as JSON. Nothing, or only spaces: undefined. Throws `SyntaxError` for what is no JSON. */
export function jsonIn(text: string | null): unknown {
  const trimmed = (text ?? "").trim()
  return trimmed === "" ? undefined : JSON.parse(trimmed)
}

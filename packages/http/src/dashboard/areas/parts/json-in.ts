import { findInexactNumber } from "../../../messages/exact-number.ts"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

/** The longest part of a number that a complaint has. */
const SHOWN_DIGITS = 40

/** Far more than anybody types. What writes a value as JSON calls itself for each level, and runs out of stack at some depth. */
const MOST_LEVELS = 1_000

/** A text isn't the JSON that a form asks for. The message is for the reader. */
export class JsonProblem extends Error {
  override readonly name = "JsonProblem"
}

/**
 * A value that a form sends as JSON. Nothing, or only spaces: undefined. Throws `JsonProblem` for what is no JSON, for what is
 * nested too deep, and for a number that would be stored as another one.
 *
 * @param notJson What to say of text that is no JSON.
 */
export function jsonIn({ text }: View, given: string | null | undefined, notJson: string): unknown {
  const trimmed = (given ?? "").trim()
  if (trimmed === "") return undefined
  const value = parse(trimmed, notJson)
  if (isTooDeep(trimmed)) throw new JsonProblem(fill(text.shell.tooDeep, { levels: MOST_LEVELS }))
  const inexact = findInexactNumber(trimmed)
  if (inexact)
    throw new JsonProblem(fill(text.shell.inexactNumber, { number: inexact.text.slice(0, SHOWN_DIGITS) }))
  return value
}

function parse(json: string, notJson: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new JsonProblem(notJson)
  }
}

function isTooDeep(json: string): boolean {
  let level = 0
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g)) {
    if (token === "[" || token === "{") level++
    else if (token === "]" || token === "}") level--
    if (level > MOST_LEVELS) return true
  }
  return false
}

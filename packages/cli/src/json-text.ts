import { findInexactNumber } from "@sluice/http/exact-number"
import { UsageError } from "./option-spec.ts"

/** Longest part of a wrong line that is shown. */
const SHOWN_BEFORE = 50
const SHOWN_AFTER = 20

/**
 * Parses JSON that somebody has typed or piped. An error says at which place it is wrong, and shows the line. A number that would
 * be stored as another one is an error too.
 */
export function parseJson(text: string, what: string): unknown {
  const value = parse(text, what)
  assertExact(text, what)
  return value
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`${what} is not JSON: ${problemOf(text)}`, { cause })
  }
}

/** Throws `UsageError` if the JSON has a number that JavaScript would change. */
export function assertExact(json: string, what: string): void {
  const inexact = findInexactNumber(json)
  if (!inexact) return
  const place = inexact.path.length > 0 ? ` at ${inexact.path.join(".").slice(0, SHOWN_BEFORE)}` : ""
  const number = inexact.text.slice(0, SHOWN_BEFORE)
  throw new UsageError(
    `${what} has the number ${number}${place}, which JavaScript doesn't have: give it as text`,
  )
}

function problemOf(text: string): string {
  if (text.trim() === "") return "it is empty"
  const at = placeOf(text)
  const before = text.slice(0, at).split("\n")
  const column = (before.at(-1) as string).length + 1
  const problem =
    at >= text.length ? "it ends too early" : `${JSON.stringify([...text.slice(at)][0])} is not expected`
  return `${problem}, at line ${before.length}, column ${column}\n\n${pictureOf(text, at)}`
}

/** The line with a mark below the place. */
function pictureOf(text: string, at: number): string {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1
  const start = Math.max(lineStart, at - SHOWN_BEFORE)
  const shown = text.slice(start, at + SHOWN_AFTER).split("\n")[0] as string
  const printable = shown.replace(/\p{Cc}/gu, " ")
  return `  ${printable}\n  ${" ".repeat(at - start)}^`
}

/**
 * The index of the first character that JSON can't have there: every text before it could be continued to JSON. Engines say it
 * only sometimes.
 */
function placeOf(text: string): number {
  let [fine, wrong] = [0, text.length + 1]
  while (wrong - fine > 1) {
    const middle = Math.floor((fine + wrong) / 2)
    if (couldContinue(text.slice(0, middle))) fine = middle
    else wrong = middle
  }
  return fine
}

/** Whether some text after it makes JSON of it: the parser had nothing against it but its end. */
function couldContinue(start: string): boolean {
  try {
    JSON.parse(start)
    return true
  } catch (error) {
    const { message } = error as SyntaxError
    if (/end of JSON|Unterminated string/.test(message)) return true
    const position = /at position (\d+)/.exec(message)?.[1]
    return position !== undefined && Number(position) >= start.length
  }
}

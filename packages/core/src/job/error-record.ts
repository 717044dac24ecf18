import { inspect } from "node:util"

const MAX_CLASS_CHARACTERS = 200
const MAX_MESSAGE_CHARACTERS = 2_000
const MAX_STACK_CHARACTERS = 8_000
/** Errors whose stacks are in one record: the one that was thrown, what caused it, and what it gathers. */
const MAX_PARTS = 8
/** Of the errors that an AggregateError without a message gathers, so many are its message. */
const MAX_LISTED = 5

/**
 * What is recorded of an error. `whole`: as it is. `ascii`: in characters that every server encoding has. `bare`: only
 * that there was one.
 */
export type Form = "whole" | "ascii" | "bare"

/** Whatever was thrown, its record can be written. */
export function errorRecord(error: unknown, form: Form) {
  if (form === "bare") return { error_class: "Error", error_message: "(an error whose text can't be stored)" }
  const { name, message, stack } = serializeError(error)
  const text = form === "ascii" ? inAscii : (each: string) => each
  return {
    error_class: storable(text(name), MAX_CLASS_CHARACTERS),
    error_message: storable(text(message), MAX_MESSAGE_CHARACTERS),
    error_stack: stack && storable(text(stack), MAX_STACK_CHARACTERS),
  }
}

/** Name, message and stack of whatever was thrown. The stack has its causes, and the errors that it gathers. */
export function serializeError(error: unknown): { name: string; message: string; stack?: string } {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: words(error) }
    const parts = related(error)
    const share = Math.floor(MAX_STACK_CHARACTERS / parts.length)
    const stack = parts.map(({ label, value }) => cut(`${label}${stackOf(value)}`, share)).join("\n")
    return { name: nameOf(error), message: messageOf(error), ...(error.stack && { stack }) }
  } catch {
    return { name: typeof error, message: "(an error that can't be turned into text)" }
  }
}

/** The error itself, then what caused it and what it gathers, each once, the nearest first. */
function related(error: Error): { label: string; value: unknown }[] {
  const parts: { label: string; value: unknown }[] = [{ label: "", value: error }]
  for (let at = 0; at < parts.length; at++) {
    const { value } = parts[at] as { value: unknown }
    if (!(value instanceof Error)) continue
    const near = [
      ...(value.cause === undefined || value.cause === null
        ? []
        : [{ label: "Caused by: ", value: value.cause }]),
      ...gathered(value).map((each, place) => ({ label: `Error ${place + 1} of it: `, value: each })),
    ]
    parts.push(...near.filter((each) => !parts.some((known) => known.value === each.value)))
    parts.length = Math.min(parts.length, MAX_PARTS)
  }
  return parts
}

function gathered(error: Error): unknown[] {
  const { errors } = error as { errors?: unknown }
  return error instanceof AggregateError && Array.isArray(errors) ? errors.slice(0, MAX_PARTS) : []
}

/** One without a message of its own, as what failed connections are told by, has that of the errors that it gathers, or its cause's. */
function messageOf(error: Error): string {
  if (error.message) return String(error.message)
  const all = gathered(error)
  if (all.length > 0) {
    const more = (error as AggregateError).errors.length - Math.min(all.length, MAX_LISTED)
    const listed = all.slice(0, MAX_LISTED).map((each) => cut(summaryOf(each), 300))
    return listed.join("; ") + (more > 0 ? `; and ${more} more` : "")
  }
  return error.cause === undefined || error.cause === null ? "" : summaryOf(error.cause)
}

function summaryOf(value: unknown): string {
  if (!(value instanceof Error)) return words(value)
  return value.message ? `${nameOf(value)}: ${value.message}` : nameOf(value)
}

function stackOf(value: unknown): string {
  return value instanceof Error ? String(value.stack || summaryOf(value)) : words(value)
}

function nameOf(error: Error): string {
  return String(error.name || error.constructor.name)
}

/** Of what is no error: text as it is, an object with what is in it. */
function words(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value)
  const { message } = value as { message?: unknown }
  if (typeof message === "string" && message) return message
  return inspect(value, {
    depth: 3,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 20,
    maxStringLength: 500,
  })
}

function cut(text: string, mostCharacters: number): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text
}

function inAscii(text: string): string {
  return text.replace(/[^\t\n\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

function storable(text: string, mostCharacters: number): string {
  return text.replaceAll("\0", "\uFFFD").slice(0, mostCharacters).toWellFormed()
}

import { inspect } from "node:util"

export const MAX_MESSAGE_CHARACTERS = 2_000
export const MAX_STACK_CHARACTERS = 8_000
/** Errors whose stacks are in one record: the one that was thrown, its causes, and those that it aggregates. */
const MAX_RELATED = 8
/** Aggregated errors in the message of an AggregateError that has no message itself. */
const MAX_LISTED = 5
const MAX_LISTED_CHARACTERS = 300

/** The message of whatever was thrown, at most as long as a record's: a remote end may have sent megabytes. */
export function shortMessage(error: unknown): string {
  return shorten(serializeError(error).message, MAX_MESSAGE_CHARACTERS)
}

interface Serialized {
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly code?: string
}

/** Name, message, stack and code of whatever was thrown. The stack includes those of its causes and of aggregated errors. */
export function serializeError(error: unknown): Serialized {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: formatThrown(error) }
    const related = collectRelated(error)
    const maxCharacters = Math.floor(MAX_STACK_CHARACTERS / related.length)
    const stack = related
      .map(({ label, value }) => shorten(`${label}${stackOf(value)}`, maxCharacters))
      .join("\n")
    const { code } = error as { code?: unknown }
    return {
      name: nameOf(error),
      message: messageOf(error),
      ...(error.stack && { stack }),
      ...(isErrorCode(code) && { code }),
    }
  } catch {
    return { name: typeof error, message: "(an error that can't be turned into text)" }
  }
}

/** Whether it is a code as programs compare them, such as `ECONNREFUSED` or `23505`, which every encoding can store. */
export function isErrorCode(code: unknown): code is string {
  return typeof code === "string" && /^[!-~]{1,100}$/.test(code)
}

interface Related {
  readonly label: string
  readonly value: unknown
}

/** The error, its causes and the errors that it aggregates, each once, nearest first. */
function collectRelated(error: Error): Related[] {
  const related: Related[] = [{ label: "", value: error }]
  for (const { value } of related) {
    if (!(value instanceof Error)) continue
    const isNew = (one: Related) => !related.some((known) => known.value === one.value)
    related.push(...[...causeOf(value), ...aggregatedBy(value)].filter(isNew))
    related.length = Math.min(related.length, MAX_RELATED)
  }
  return related
}

function causeOf({ cause }: Error): Related[] {
  return cause === undefined || cause === null ? [] : [{ label: "Caused by: ", value: cause }]
}

function aggregatedBy(error: Error): Related[] {
  return errorsOf(error).map((value, index) => ({ label: `Error ${index + 1} of it: `, value }))
}

function errorsOf(error: Error): unknown[] {
  const { errors } = error as { errors?: unknown }
  return error instanceof AggregateError && Array.isArray(errors) ? errors.slice(0, MAX_RELATED) : []
}

/** Failed connections have no message of their own: then it is that of the aggregated errors, or of the cause. */
function messageOf(error: Error): string {
  if (error.message) return String(error.message)
  const errors = errorsOf(error)
  if (errors.length > 0) {
    const more = (error as AggregateError).errors.length - Math.min(errors.length, MAX_LISTED)
    const listed = errors.slice(0, MAX_LISTED).map((each) => shorten(summaryOf(each), MAX_LISTED_CHARACTERS))
    return listed.join("; ") + (more > 0 ? `; and ${more} more` : "")
  }
  return error.cause === undefined || error.cause === null ? "" : summaryOf(error.cause)
}

function summaryOf(value: unknown): string {
  if (!(value instanceof Error)) return formatThrown(value)
  return value.message ? `${nameOf(value)}: ${value.message}` : nameOf(value)
}

function stackOf(value: unknown): string {
  return value instanceof Error ? String(value.stack || summaryOf(value)) : formatThrown(value)
}

function nameOf(error: Error): string {
  return String(error.name || error.constructor.name)
}

/** For values that aren't errors: text unchanged, objects with their message or content. */
function formatThrown(value: unknown): string {
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

/** Shortens a text to a length that includes the ellipsis. */
function shorten(text: string, maxCharacters: number): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters - 1)}…` : text
}

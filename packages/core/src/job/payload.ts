import type { StandardSchemaV1 } from "@standard-schema/spec"
import { assertJson, shortenPath } from "../checks/assert-json.ts"
import { truncate } from "../checks/format-value.ts"
import { refuse } from "../checks/validate.ts"
import { Discard, InvalidInputError, InvalidPayloadError, PayloadTooLargeError } from "../errors.ts"

/**
 * Largest payload: as JSON in UTF-8, with numbers written out as Postgres does (1e308 has 309 digits). What is larger
 * belongs in a store of its own, with a reference in the job.
 */
export const MAX_PAYLOAD_BYTES = 256 * 1024

const MOST_ISSUES = 20
const MOST_ISSUE_CHARACTERS = 300

/**
 * Validates a payload with its definition's schema and returns what the schema makes of it. What it was before it was
 * written as JSON helps the error to explain.
 */
export async function checkPayload<Output>(
  name: string,
  schema: StandardSchemaV1<unknown, Output>,
  payload: unknown,
  given?: unknown,
): Promise<Output> {
  const checked = schema["~standard"].validate(payload)
  const result = checked instanceof Promise ? await checked : checked
  if (!result.issues) return result.value
  const issues = result.issues.slice(0, MOST_ISSUES).map((issue) => {
    const path = [...(issue.path ?? [])].map(segment)
    const hint = valueAt(given, path) instanceof Date ? " (JSON has text for a Date)" : ""
    return { path: shortenPath(path), message: `${truncate(issue.message, MOST_ISSUE_CHARACTERS)}${hint}` }
  })
  const more = result.issues.length - issues.length
  const texts = issues.map(({ path, message }) => `${["payload", ...path].join(".")}: ${message}`)
  throw new InvalidPayloadError(
    `The payload of ${JSON.stringify(name)} is not as its input schema says. ${texts.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    issues,
  )
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((node, step) => (node as Record<string, unknown> | undefined)?.[step], value)
}

/** The same at perform. */
export async function parsePayload<Output>(
  name: string,
  schema: StandardSchemaV1<unknown, Output>,
  payload: unknown,
): Promise<Output> {
  return checkPayload(name, schema, payload).catch((error) => {
    throw error instanceof InvalidPayloadError ? new UnfitPayload(error.message, { cause: error }) : error
  })
}

/** A payload that does not fit at perform would not fit the next time either, so its job is discarded. */
export class UnfitPayload extends Discard {
  override readonly name = "InvalidPayloadError"
}

function segment(part: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof part === "object" ? part.key : part
  return typeof key === "number" ? key : String(key)
}

/** JSON.stringify escapes only control characters and lone surrogates; of these jsonb refuses NUL and the latter. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Whether jsonb can hold what JSON.stringify made. */
export function isStorableJson(json: string): boolean {
  return !UNSTORABLE.test(json)
}

/** A value as it is stored. */
export interface StoredJson {
  readonly json: string
  readonly bytes: number
  /** What the JSON is parsed to: what was given, unless that had a `toJSON` or something undefined in it. */
  readonly value: unknown
}

/**
 * A payload or metadata as JSON that Postgres stores and gives back as it was given. Throws `InvalidInputError`, or
 * `PayloadTooLargeError`.
 */
export function toJson(given: unknown, path: readonly string[], mostBytes = MAX_PAYLOAD_BYTES): StoredJson {
  if (given === null || given === undefined) {
    refuse("invalid_payload", given, path, "an object or another JSON value, not null")
  }
  let isJson = false
  const json = stringify(given, path, () => {
    isJson = assertJson(given, path)
  }) as string
  const bytes = assertSize(json, path, mostBytes)
  return { json, bytes, value: isJson ? given : JSON.parse(json) }
}

/** What a step or a cursor saves, which is given back as JSON has it. It may be nothing. */
export function toStorableJson(value: unknown, path: readonly string[]): string | undefined {
  const json = stringify(value, path)
  if (json === undefined) return undefined
  if (!isStorableJson(json)) {
    refuse("invalid_payload", json, path, "text without NUL and lone surrogates, which Postgres can't store")
  }
  assertSize(json, path, MAX_PAYLOAD_BYTES)
  return json
}

function assertSize(json: string, path: readonly string[], mostBytes: number): number {
  const bytes = storedBytes(json)
  if (bytes > mostBytes) {
    throw new PayloadTooLargeError(
      "payload_too_large",
      `${path.join(".")} has ${bytes} bytes as JSON, over the limit of ${mostBytes}: store the data elsewhere and pass a reference`,
      { path },
    )
  }
  return bytes
}

const TEXT_OR_EXPONENT = /"[^"\\]*(?:\\.[^"\\]*)*"|(\d(?:\.(\d+))?)e([+-]\d+)/g

/** Bytes of what JSON.stringify made, with numbers as Postgres writes them: in full, without an exponent. */
export function storedBytes(json: string): number {
  let bytes = Buffer.byteLength(json)
  if (!/\de[+-]\d/.test(json)) return bytes
  for (const [token, digits, fraction = "", exponent] of json.matchAll(TEXT_OR_EXPONENT)) {
    if (digits === undefined) continue
    const places = Number(exponent)
    bytes -= token.length
    bytes += places > 0 ? places + 1 : "0.".length - places + fraction.length
  }
  return bytes
}

/** What a getter or a toJSON throws is the value's fault too. */
function stringify(value: unknown, path: readonly string[], check?: () => void): string | undefined {
  try {
    check?.()
    return JSON.stringify(value)
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause
    const message = `${path.join(".")} can't be written as JSON: ${(cause as Error)?.message}`
    throw new InvalidInputError("invalid_payload", message, { path, cause })
  }
}

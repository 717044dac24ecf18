import type { StandardSchemaV1 } from "@standard-schema/spec"
import { assertJson, shortened } from "./assert-json.ts"
import { Discard, InvalidInputError, InvalidPayloadError, PayloadTooLargeError } from "./errors.ts"
import { cut, listed } from "./shown.ts"
import { refuse } from "./validate.ts"

/**
 * Largest payload: as JSON in UTF-8, with numbers written out as Postgres does (1e308 has 309 digits). What is larger
 * belongs in a store of its own, with a reference in the job.
 */
export const MAX_PAYLOAD_BYTES = 256 * 1024

const MOST_ISSUES = 20
const MOST_ISSUE_CHARACTERS = 300

/** Validates a payload with its definition's schema and returns what the schema makes of it. */
export async function checkPayload<Output>(
  name: string,
  schema: StandardSchemaV1<unknown, Output>,
  payload: unknown,
): Promise<Output> {
  const checked = schema["~standard"].validate(payload)
  const result = checked instanceof Promise ? await checked : checked
  if (!result.issues) return result.value
  const issues = result.issues.map(({ path = [], message }) => ({ path: [...path].map(segment), message }))
  const texts = issues.map(({ path, message }) => {
    return `${["payload", ...shortened(path)].join(".")}: ${cut(message, MOST_ISSUE_CHARACTERS)}`
  })
  throw new InvalidPayloadError(
    `The payload of ${JSON.stringify(name)} is not as its input schema says. ${listed(texts, "; ")}`,
    issues.slice(0, MOST_ISSUES).map(({ path, message }) => {
      return { path: shortened(path), message: cut(message, MOST_ISSUE_CHARACTERS) }
    }),
  )
}

/** The same at perform: a payload that does not fit would not fit the next time either, so its job is discarded. */
export async function parsePayload<Output>(
  name: string,
  schema: StandardSchemaV1<unknown, Output>,
  payload: unknown,
): Promise<Output> {
  return checkPayload(name, schema, payload).catch((error) => {
    if (!(error instanceof InvalidPayloadError)) throw error
    throw Object.assign(new Discard(error.message, { cause: error }), { name: error.name })
  })
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

/**
 * A payload or metadata as JSON that Postgres stores and gives back as it was given. Throws `InvalidInputError`, or
 * `PayloadTooLargeError`.
 */
export function toJson(value: unknown, path: readonly string[], mostBytes = MAX_PAYLOAD_BYTES): string {
  if (value === null || value === undefined) {
    refuse("invalid_payload", value, path, "an object or another JSON value, not null")
  }
  const json = stringify(value, path, assertJson) as string
  assertSize(json, path, mostBytes)
  return json
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

function assertSize(json: string, path: readonly string[], mostBytes: number): void {
  const bytes = storedBytes(json)
  if (bytes > mostBytes) {
    throw new PayloadTooLargeError(
      "payload_too_large",
      `${path.join(".")} has ${bytes} bytes as JSON, over the limit of ${mostBytes}: store the data elsewhere and pass a reference`,
      { path },
    )
  }
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
function stringify(value: unknown, path: readonly string[], check?: typeof assertJson): string | undefined {
  try {
    check?.(value, path)
    return JSON.stringify(value)
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause
    const message = `${path.join(".")} can't be written as JSON: ${(cause as Error).message}`
    throw new InvalidInputError("invalid_payload", message, { path, cause })
  }
}

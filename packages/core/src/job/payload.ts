import type { StandardSchemaV1 } from "@standard-schema/spec"
import { assertJson, shortenPath } from "../checks/assert-json.ts"
import { truncate } from "../checks/format-value.ts"
import { refuse } from "../checks/validate.ts"
import {
  InvalidInputError,
  InvalidPayloadError,
  InvalidResultError,
  PayloadTooLargeError,
} from "../errors.ts"
import { Discard } from "./control-errors.ts"
import { shortMessage } from "./serialize-error.ts"

/**
 * Largest payload, as JSON in UTF-8 with numbers written out as Postgres does (1e308 has 309 digits). Store larger data
 * elsewhere and pass a reference.
 */
export const MAX_PAYLOAD_BYTES = 256 * 1024
/** Largest metadata, measured like the payload. */
export const MAX_METADATA_BYTES = 64 * 1024

const MAX_ISSUES = 20
const MAX_ISSUE_CHARACTERS = 300

/**
 * Validates a payload with its definition's schema and returns the schema's output.
 *
 * @param given The payload before it became JSON, for hints in error messages.
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
  const { issues, text } = describeIssues("payload", result.issues, given)
  throw new InvalidPayloadError(
    `The payload of ${JSON.stringify(name)} doesn't match its input schema. ${text}`,
    issues,
  )
}

/** Validates what `perform` returned with its definition's schema, and returns the schema's output. */
export async function checkResult(name: string, schema: StandardSchemaV1, given: unknown): Promise<unknown> {
  const checked = schema["~standard"].validate(given)
  const result = checked instanceof Promise ? await checked : checked
  if (!result.issues) return result.value
  const { text } = describeIssues("result", result.issues)
  throw new InvalidResultError(
    "invalid_result",
    `The result of ${JSON.stringify(name)} doesn't match its output schema. ${text}`,
  )
}

/** Validates what a wait was completed with, and returns the schema's output. */
export async function checkWaitValue(
  token: string,
  schema: StandardSchemaV1,
  given: unknown,
): Promise<unknown> {
  const checked = schema["~standard"].validate(given)
  const result = checked instanceof Promise ? await checked : checked
  if (!result.issues) return result.value
  const { text } = describeIssues("value", result.issues)
  throw new InvalidInputError(
    "invalid_wait_value",
    `The value with which ${JSON.stringify(token)} was completed doesn't match its schema. ${text}`,
    { path: ["value"] },
  )
}

/** The first issues, and a text of them. */
function describeIssues(what: string, all: readonly StandardSchemaV1.Issue[], given?: unknown) {
  const issues = all.slice(0, MAX_ISSUES).map((issue) => {
    const path = [...(issue.path ?? [])].map(toKey)
    const hint = valueAt(given, path) instanceof Date ? " (a Date is stored as a string)" : ""
    return { path: shortenPath(path), message: `${truncate(issue.message, MAX_ISSUE_CHARACTERS)}${hint}` }
  })
  const more = all.length - issues.length
  const texts = issues.map(({ path, message }) => `${[what, ...path].join(".")}: ${message}`)
  return { issues, text: `${texts.join("; ")}${more > 0 ? `; and ${more} more` : ""}` }
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((node, step) => (node as Record<string, unknown> | undefined)?.[step], value)
}

/** Like `checkPayload`, before `perform`: throws `UnfitPayload` for an invalid payload. */
export async function parsePayload<Output>(
  name: string,
  schema: StandardSchemaV1<unknown, Output>,
  payload: unknown,
): Promise<Output> {
  return checkPayload(name, schema, payload).catch((error) => {
    throw error instanceof InvalidPayloadError ? new UnfitPayload(error.message, { cause: error }) : error
  })
}

/** Discards a job whose payload can't be used when it is to be performed, because a retry would find it just the same. */
export class InvalidPayloadDiscard extends Discard {
  override readonly name = "InvalidPayloadError"
  override readonly code = "invalid_payload"
}

/** The payload doesn't match the schema. A definition may have such a job wait for a deployment with another schema. */
export class UnfitPayload extends InvalidPayloadDiscard {}

function toKey(part: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof part === "object" ? part.key : part
  return typeof key === "number" ? key : String(key)
}

/** JSON.stringify escapes only control characters and unpaired surrogates; of these jsonb refuses NUL and the latter. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Whether jsonb can store a result of JSON.stringify. */
export function isStorableJson(json: string): boolean {
  return !UNSTORABLE.test(json)
}

/** A value and the JSON that is stored of it. */
export interface StoredJson {
  readonly json: string
  readonly bytes: number
  /** The parsed JSON, which is the given value unless that contained a `toJSON` or something undefined. */
  readonly value: unknown
}

/**
 * Turns a payload or metadata into JSON that Postgres stores without loss. Throws `InvalidInputError` or
 * `PayloadTooLargeError`.
 *
 * @param mayBeStored Whether the app's store of payloads could take a larger one.
 */
export function toJson(
  given: unknown,
  path: readonly string[],
  maxBytes = MAX_PAYLOAD_BYTES,
  mayBeStored = path[0] === "payload" && maxBytes === MAX_PAYLOAD_BYTES,
): StoredJson {
  if (given === null || given === undefined) {
    refuse("invalid_payload", given, path, "an object or another JSON value, not null")
  }
  let isJson = false
  const json = stringify(given, path, () => {
    isJson = assertJson(given, path)
  }) as string
  const bytes = assertSize(json, path, maxBytes, mayBeStored)
  return { json, bytes, value: isJson ? given : JSON.parse(json) }
}

/** Throws what an enqueue would if this can't be stored as metadata. */
export function assertMetadata(value: unknown, path: readonly string[]): void {
  toJson(value, path, MAX_METADATA_BYTES)
}

/** Turns the result of a step or the position of a cursor into JSON. Undefined stays undefined. */
export function toStorableJson(value: unknown, path: readonly string[]): string | undefined {
  const json = stringify(value, path)
  if (json === undefined) return undefined
  if (!isStorableJson(json)) {
    refuse(
      "invalid_payload",
      json,
      path,
      "text without NUL or unpaired surrogates, which Postgres can't store",
    )
  }
  assertSize(json, path, MAX_PAYLOAD_BYTES)
  return json
}

function assertSize(json: string, path: readonly string[], maxBytes: number, mayBeStored = false): number {
  const bytes = storedBytes(json)
  if (bytes > maxBytes) {
    const hint = mayBeStored ? ", or let createSluice({ payloads }) do so" : ""
    throw new PayloadTooLargeError(
      "payload_too_large",
      `${path.join(".")} has ${bytes} bytes as JSON, over the limit of ${maxBytes}: store the data elsewhere and pass a reference${hint}`,
      { path },
    )
  }
  return bytes
}

const TEXT_OR_EXPONENT = /"[^"\\]*(?:\\.[^"\\]*)*"|(\d(?:\.(\d+))?)e([+-]\d+)/g

/** The size of a result of JSON.stringify once Postgres has written out its numbers, without exponents. */
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

/** An error that a getter or a toJSON throws makes the value invalid too. */
function stringify(value: unknown, path: readonly string[], check?: () => void): string | undefined {
  try {
    check?.()
    return JSON.stringify(value)
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause
    const message = `${path.join(".")} can't be written as JSON: ${shortMessage(cause)}`
    throw new InvalidInputError("invalid_payload", message, { path, cause })
  }
}

import type { StandardSchemaV1 } from "@standard-schema/spec"
import { InvalidInputError, InvalidPayloadError, PayloadTooLargeError } from "./errors.ts"
import { refuse } from "./validate.ts"

/** Largest payload, as JSON in UTF-8. What is larger belongs in a store of its own, with a reference in the job. */
export const MAX_PAYLOAD_BYTES = 256 * 1024

/** Validates a payload with its definition's schema and returns what the schema makes of it. */
export async function checkPayload<Output>(
  name: string,
  schema: StandardSchemaV1<unknown, Output>,
  payload: unknown,
): Promise<Output> {
  const checked = schema["~standard"].validate(payload)
  const result = checked instanceof Promise ? await checked : checked
  if (!result.issues) return result.value
  const issues = result.issues.map((issue) => ({
    path: [...(issue.path ?? [])].map(segment),
    message: issue.message,
  }))
  const listed = issues.map(({ path, message }) => `${["payload", ...path].join(".")}: ${message}`)
  throw new InvalidPayloadError(
    `The payload of ${JSON.stringify(name)} is not as its input schema says. ${listed.join("; ")}`,
    issues,
  )
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

/** The payload as JSON that Postgres can store. Throws `InvalidInputError` or `PayloadTooLargeError`. */
export function toJson(value: unknown, path: readonly string[]): string {
  const json = toStorableJson(value, path)
  if (json === undefined || json === "null") {
    refuse("invalid_payload", value, path, "an object or another JSON value, not null")
  }
  return json
}

/** Likewise for a value that may be nothing: undefined is what JSON.stringify makes of undefined. */
export function toStorableJson(value: unknown, path: readonly string[]): string | undefined {
  const json = stringify(value, path)
  if (json === undefined) return undefined
  if (!isStorableJson(json)) {
    refuse("invalid_payload", json, path, "text without NUL and lone surrogates, which Postgres can't store")
  }
  const bytes = Buffer.byteLength(json)
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new PayloadTooLargeError(
      "payload_too_large",
      `${path.join(".")} has ${bytes} bytes as JSON, over the limit of ${MAX_PAYLOAD_BYTES}: store the data elsewhere and pass a reference`,
      { path },
    )
  }
  return json
}

function stringify(value: unknown, path: readonly string[]): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    const message = `${path.join(".")} can't be written as JSON: ${(cause as Error).message}`
    throw new InvalidInputError("invalid_payload", message, { path, cause })
  }
}

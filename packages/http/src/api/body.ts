import { InvalidInputError } from "@sluice/core"
import { truncate } from "@sluice/core/checks"
import {
  type Fields,
  isRecord,
  nearest,
  type ObjectField,
  object,
  type Path,
  type Rule,
} from "@sluice/core/fields"

/** An object of a request: its body, or a job in it. */
export function bodyOf<const Of extends Fields>(fields: Of, ...rules: readonly Rule[]): ObjectField<Of> {
  const plain = object(fields, ...rules)
  const keys = Object.keys(fields)
  return {
    ...plain,
    assert(value, path) {
      assertKeys(path, value, keys)
      plain.assert(value, path)
    },
  }
}

/** Refuses what is no object, and keys that are unknown. */
function assertKeys(path: Path, value: unknown, keys: readonly string[]): void {
  const where = path.join(".") || "The body"
  if (!isRecord(value))
    refuseAt(path, "invalid_body", `${where} ${typeOf(value)}; send an object with ${keys.join(", ")}`)
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown === undefined) return
  const near = nearest(unknown, keys)
  const hint = near === undefined ? `known are ${keys.join(", ")}` : `did you mean '${near}'?`
  const key = truncate(unknown)
  refuseAt([...path, key], "unknown_key", `${where} has no key '${key}': ${hint}`)
}

/** Says for a message what is there instead. */
export function typeOf(value: unknown): string {
  if (value === undefined) return "is missing"
  if (value === null) return "is null"
  if (typeof value === "object") return Array.isArray(value) ? "is a list" : "is an object"
  return `is a ${typeof value}`
}

/** 422, with the place. */
export function refuseAt(path: Path, code: string, message: string): never {
  throw new InvalidInputError(code, message, { path })
}

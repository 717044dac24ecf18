import { pointerTo, refuse, truncate } from "../messages/problem.ts"

/** A place in a body. */
export type Path = readonly (string | number)[]

/** Refuses what is no object, and keys that are unknown. */
export function parseObject(path: Path, value: unknown, keys: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) {
    refuseAt(
      path,
      "invalid_body",
      `${path.join(".") || "The body"} ${typeOf(value)}; send an object with ${keys.join(", ")}`,
    )
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      refuseAt(
        [...path, truncate(key)],
        "unknown_key",
        `'${truncate(key)}' is an unknown key; known are ${keys.join(", ")}`,
      )
    }
  }
  return value
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
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
  const index = path[0] === "jobs" && typeof path[1] === "number" ? path[1] : undefined
  return refuse({
    status: 422,
    code,
    detail: index === undefined ? message : `Job ${index} of the batch: ${message}`,
    ...(index !== undefined && { index }),
    errors: [{ pointer: pointerTo(path), message }],
  })
}

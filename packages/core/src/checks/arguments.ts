// How the packages of Sluice refuse what they are called with. Not for apps.

import { type Path, refuseType } from "./validate.ts"

export { truncate } from "./format-value.ts"
export { assertKnownKeys, assertRecord, refuse, refuseType } from "./validate.ts"

/** Refuses what has no `enqueue`, and so is no Sluice. */
export function assertSluice(value: unknown, path: Path): void {
  if (typeof (value as { enqueue?: unknown } | null | undefined)?.enqueue === "function") return
  refuseType(value, path, "what createSluice returned")
}

/** Refuses what is no list of definitions. */
export function assertDefinitions(value: unknown, path: Path): void {
  const isList = Array.isArray(value) && value.every((one) => typeof one?.name === "string")
  if (!isList) refuseType(value, path, "a list of what defineJob returned")
}

export function assertFunction(value: unknown, path: Path, expected: string): void {
  if (typeof value !== "function") refuseType(value, path, expected)
}

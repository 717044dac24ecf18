import { truncate } from "@sluice/core/checks"
import type { Field, Fields } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"

/** Reads a query. Refuses parameters that are there more than once, and those that are unknown, unless it is to ignore them. */
export function parseQuery(
  queries: Readonly<Record<string, readonly string[]>>,
  fields: Fields,
  ignoresOthers = false,
): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const [name, texts] of Object.entries(queries)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field) read[name] = parseText(name, field, texts)
    else if (!ignoresOthers) refuseParameter(name, `is an unknown parameter; ${knownOf(fields)}`)
  }
  return read
}

const NUMBERS: Readonly<Record<string, RegExp>> = { integer: /^\d+$/, number: /^\d{1,9}(?:\.\d{1,9})?$/ }

/** The value of a parameter. What is several times there is a list, if that is one of the values it may have. */
export function parseText(name: string, field: Field, texts: readonly string[]): unknown {
  if (texts.length > 1 && !field.items) refuseParameter(name, "is there more than once")
  const [text = ""] = texts
  const isNumber = NUMBERS[String(field.schema.type)]?.test(text)
  const value = texts.length > 1 ? texts : isNumber ? Number(text) : text
  field.assert(value, [name])
  return value
}

function knownOf(fields: Fields): string {
  const names = Object.keys(fields)
  return names.length > 0 ? `known are ${names.join(", ")}` : "this route has none"
}

function refuseParameter(name: string, problem: string): never {
  refuse({ status: 422, code: "unknown_key", detail: `'${truncate(name)}' ${problem}` })
}

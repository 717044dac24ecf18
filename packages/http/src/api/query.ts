import { refuse, truncate } from "../messages/problem.ts"

/**
 * How a query parameter is read: `texts` may be there several times, which gives a list. Core validates the value, and quotes what
 * is no number.
 */
export type QueryKinds = Readonly<Record<string, "text" | "texts" | "integer" | "number">>

/** What a handler gets of a query. */
export type QueryOf<Kinds extends QueryKinds> = {
  readonly [Name in keyof Kinds]?: ValueOf<Kinds[Name]>
}

type ValueOf<Kind> = Kind extends "text" ? string : Kind extends "texts" ? string | readonly string[] : number

const NUMBERS = { integer: /^\d+$/, number: /^\d{1,9}(?:\.\d{1,9})?$/ }

/** Reads a query. Refuses parameters that are there more than once, and those that are unknown, unless it is to ignore them. */
export function parseQuery(
  queries: Readonly<Record<string, readonly string[]>>,
  kinds: QueryKinds,
  ignoresOthers = false,
): Record<string, string | number | readonly string[]> {
  const given = Object.entries(queries).filter(([name]) => !ignoresOthers || Object.hasOwn(kinds, name))
  for (const [name, values] of given) {
    if (!Object.hasOwn(kinds, name)) refuseParameter(name, `is an unknown parameter; ${knownOf(kinds)}`)
    if (values.length > 1 && kinds[name] !== "texts") refuseParameter(name, "is there more than once")
  }
  return Object.fromEntries(given.map(([name, values]) => [name, read(values, kinds[name])]))
}

function read(values: readonly string[], kind: QueryKinds[string] | undefined) {
  const [text = ""] = values
  if (values.length > 1) return values
  const isNumber = (kind === "integer" || kind === "number") && NUMBERS[kind].test(text)
  return isNumber ? Number(text) : text
}

function knownOf(kinds: QueryKinds): string {
  const names = Object.keys(kinds)
  return names.length > 0 ? `known are ${names.join(", ")}` : "this route has none"
}

function refuseParameter(name: string, problem: string): never {
  return refuse({ status: 422, code: "unknown_key", detail: `'${truncate(name)}' ${problem}` })
}

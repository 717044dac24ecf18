import { refuse, truncate } from "../messages/problem.ts"

/** How a query parameter is read. Core validates the value, and quotes what is no number. */
export type QueryKinds = Readonly<Record<string, "text" | "integer" | "number">>

/** What a handler gets of a query. */
export type QueryOf<Kinds extends QueryKinds> = {
  readonly [Name in keyof Kinds]?: Kinds[Name] extends "text" ? string : number
}

const NUMBERS = { integer: /^\d+$/, number: /^\d{1,9}(?:\.\d{1,9})?$/ }

/** Reads a query. Refuses parameters that are there more than once, and those that are unknown, unless it is to ignore them. */
export function parseQuery(
  queries: Readonly<Record<string, readonly string[]>>,
  kinds: QueryKinds,
  ignoresOthers = false,
): Record<string, string | number> {
  const given = Object.entries(queries).filter(([name]) => !ignoresOthers || Object.hasOwn(kinds, name))
  for (const [name, values] of given) {
    if (!Object.hasOwn(kinds, name))
      refuseParameter(name, `is an unknown parameter; known are ${Object.keys(kinds).join(", ")}`)
    if (values.length > 1) refuseParameter(name, "is there more than once")
  }
  return Object.fromEntries(given.map(([name, [text = ""]]) => [name, read(text, kinds[name])]))
}

function read(text: string, kind: QueryKinds[string] | undefined): string | number {
  const isNumber = kind !== undefined && kind !== "text" && NUMBERS[kind].test(text)
  return isNumber ? Number(text) : text
}

function refuseParameter(name: string, problem: string): never {
  return refuse({ status: 422, code: "unknown_key", detail: `'${truncate(name)}' ${problem}` })
}

import { durationMs, type JobFilter, type JobState } from "@sluice/core"
import { isRecord } from "@sluice/core/fields"

/** What a list of jobs can be narrowed by: the parameters of its address. */
export const FIELDS = [
  "state",
  "name",
  "queue",
  "tag",
  "key",
  "error",
  "input",
  "metadata",
  "batch",
  "since",
  "until",
] as const

export type FieldName = (typeof FIELDS)[number]

export interface Condition {
  readonly field: FieldName
  readonly value: string
}

/**
 * Of which a job has one: several values widen the list. Of others the last one counts; of metadata, the last one of each path, and
 * all of them apply.
 */
const ALTERNATIVES: readonly FieldName[] = ["state", "name", "queue"]

/** The conditions of an address: its parameters, and what was typed into the search field, `q`. */
export function conditionsOf(query: URLSearchParams): Condition[] {
  const given = FIELDS.flatMap((field) =>
    query.getAll(field).map((value) => ({ field, value: value.trim() })),
  )
  return withoutDuplicates([...given, ...typedConditions(query.get("q") ?? "")].filter(({ value }) => value))
}

/** Looks at each once: a form may have many thousands. */
function withoutDuplicates(conditions: readonly Condition[]): Condition[] {
  const seen = new Set<string>()
  return conditions
    .toReversed()
    .filter((condition) => {
      const subject = subjectOf(condition)
      if (seen.has(subject)) return false
      seen.add(subject)
      return true
    })
    .reverse()
}

/** What a condition is about. Of several that are about the same, one counts. */
function subjectOf({ field, value }: Condition): string {
  if (ALTERNATIVES.includes(field)) return `${field}:${value}`
  return field === "metadata" ? `${field}:${value.slice(0, value.indexOf(":"))}` : field
}

/**
 * What somebody typed, as conditions: `name:welcome tag:"two words" input.order.id:17`. A word without a field is a job's name. Quotes
 * around a value of metadata say that it is text: `metadata.order:"17"`.
 */
function typedConditions(text: string): Condition[] {
  return [...text.matchAll(TERM)].map(([, field = "", root, path, quoted, plain, word]) => {
    const value = quoted ?? plain ?? ""
    if (root === "input") return { field: root, value: `${path}:${value}` }
    if (root === "metadata") {
      const isText = quoted !== undefined && typeof plainValue(quoted) !== "string"
      return { field: root, value: `${path}:${isText ? JSON.stringify(quoted) : value}` }
    }
    if (word !== undefined) return { field: "name", value: word }
    return { field: NAMED[field] ?? (field as FieldName), value }
  })
}

const TERM = new RegExp(
  `(?:(${[...FIELDS, "class", "errorClass"].join("|")})|(input|metadata)\\.([^\\s:]+)):(?:"([^"]*)"|(\\S*))|(\\S+)`,
  "g",
)

const NAMED: Readonly<Record<string, FieldName>> = { class: "error", errorClass: "error" }

/** The filter of these conditions. Core checks the values. */
export function filterOf(conditions: readonly Condition[], now: Date): Omit<JobFilter, "ids"> {
  const all = (field: FieldName) => {
    const values = conditions.filter((one) => one.field === field).map(({ value }) => value)
    return values.length > 1 ? values : values[0]
  }
  const one = (field: FieldName) => conditions.findLast((each) => each.field === field)?.value
  const filter = {
    state: all("state") as JobState | JobState[] | undefined,
    name: all("name"),
    queue: all("queue"),
    tag: one("tag"),
    key: one("key"),
    errorClass: one("error"),
    input: one("input"),
    metadata: metadataOf(conditions),
    batch: one("batch"),
    since: instantOf(one("since"), now),
    until: instantOf(one("until"), now),
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

/** What metadata has to contain. What names no path is left as it is, for core to refuse. */
function metadataOf(conditions: readonly Condition[]): JobFilter["metadata"] {
  const values = conditions.filter(({ field }) => field === "metadata").map(({ value }) => value)
  if (values.length === 0) return undefined
  const bad = values.find((value) => value.indexOf(":") < 1)
  if (bad !== undefined) return bad as never
  const metadata = {}
  for (const value of values) putInto(metadata, value)
  return metadata
}

type Nested = Record<string, unknown>

/** Puts `order.id:17` into it, as `{ order: { id: 17 } }`. Without recursion, because an address can have thousands of levels. */
function putInto(metadata: Nested, text: string): void {
  const colon = text.indexOf(":")
  const keys = text.slice(0, colon).split(".")
  const last = keys.pop() as string
  setOwn(keys.reduce(objectAt, metadata), last, plainValue(text.slice(colon + 1)))
}

/** The object that this one has at a key. It replaces what else is there. */
function objectAt(parent: Nested, key: string): Nested {
  const had = Object.hasOwn(parent, key) ? parent[key] : undefined
  if (isRecord(had)) return had
  const object = {}
  setOwn(parent, key, object)
  return object
}

/** `__proto__` is a key as any other. */
function setOwn(object: Nested, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true })
}

/**
 * Metadata has values of JSON: what reads as a number, true, false, null or text in quotes is that, the rest is text. So is what no
 * number is written like: the version 1.0, or an id of twenty digits, of which a number would keep sixteen.
 */
function plainValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    const isText =
      typeof value === "number" ? String(value) !== text : typeof value === "object" && value !== null
    return isText ? text : value
  } catch {
    return text
  }
}

const LENGTH_OF_TIME = /^\d+(?:\.\d+)?(?:s|m|h|d)$/

/** `2h` is two hours ago. */
function instantOf(text: string | undefined, now: Date): string | undefined {
  return text !== undefined && LENGTH_OF_TIME.test(text)
    ? new Date(Math.max(0, now.getTime() - durationMs(text))).toISOString()
    : text
}

/** The parameters of an address with these conditions. */
export function queryOf(
  conditions: readonly Condition[],
  others: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams([
    ...conditions.map(({ field, value }): [string, string] => [field, value]),
    ...Object.entries(others),
  ])
  return query.size === 0 ? "" : `?${query}`
}

/** The conditions without one of them. */
export function without(conditions: readonly Condition[], removed: Condition): Condition[] {
  return conditions.filter((one) => one !== removed)
}

/** The conditions in this state; undefined: in any. */
export function inState(conditions: readonly Condition[], state: JobState | undefined): Condition[] {
  const others = conditions.filter(({ field }) => field !== "state")
  return state === undefined ? others : [{ field: "state", value: state }, ...others]
}

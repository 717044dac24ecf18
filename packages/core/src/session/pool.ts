import { assertDefinitions } from "../checks/arguments.ts"
import { assertName, assertRecord, nearest, refuse } from "../checks/validate.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import { InvalidInputError, UnknownJobError } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { JobPolicies } from "../job/job-options.ts"

/** Which jobs a drainer performs, if not all of its definitions. Drainers with the same choice share slots of their own. */
export interface PoolOptions {
  /** Only jobs of these queues. Default: those of all queues. */
  readonly queues?: readonly string[]
  /** Jobs of all queues but these. */
  readonly except?: readonly string[]
  /** Only jobs of these names. Default: those of all definitions. */
  readonly names?: readonly string[]
}

/** Refuses what is no list of names, and both `queues` and `except`. `path`: of the options. */
export function assertPool(options: PoolOptions, path: readonly string[]): void {
  for (const key of ["queues", "except", "names"] as const) assertNames(options[key], [...path, key])
  if (options.queues && options.except)
    refuseText([...path, "except"], "is given beside queues: give one of them")
}

function assertNames(names: unknown, path: readonly string[]): void {
  if (names === undefined) return
  if (!Array.isArray(names)) refuse("invalid_option", names, path, "a list of names")
  if (names.length === 0) refuseText(path, "is empty: give one or more names, or leave it out")
  for (const [index, name] of names.entries()) assertName(name, [...path, String(index)])
}

function refuseText(path: readonly string[], problem: string): never {
  throw new InvalidInputError("invalid_option", `${path.join(".")} ${problem}`, { path })
}

/** The definitions that a drainer performs. */
export function definitionsIn(
  { names }: PoolOptions,
  definitions: ReadonlyMap<string, AnyJobDefinition>,
): ReadonlyMap<string, AnyJobDefinition> {
  if (!names) return definitions
  return new Map(names.map((name) => [name, definitions.get(name) ?? refuseUnknown(name, definitions)]))
}

function refuseUnknown(name: string, definitions: ReadonlyMap<string, AnyJobDefinition>): never {
  const near = nearest(name, definitions.keys())
  const hint = near ? `did you mean ${JSON.stringify(near)}?` : "add its definition to createSluice({ jobs })"
  const message = `drain.names has ${JSON.stringify(name)}, which no definition has: ${hint}`
  throw new UnknownJobError("unknown_job", message, { path: ["drain", "names"] })
}

/** Whether a drainer may meet jobs of this definition, unless an enqueue puts them on a queue of its own. */
export function mayPerform(pool: PoolOptions, definition: AnyJobDefinition, defaults: JobPolicies): boolean {
  assertRecord(pool, ["mayPerform", "pool"])
  assertDefinitions([definition], ["mayPerform", "definition"])
  assertRecord(defaults, ["mayPerform", "defaults"])
  const { queues, except, names } = pool
  if (names && !names.includes(definition.name)) return false
  if (typeof definition.queue === "function") return true
  const queue = definition.queue ?? defaults.queue ?? "default"
  return queues ? queues.includes(queue) : !except?.includes(queue)
}

/** The SQL type `pool`, as Postgres reads it. The same choice is always the same text. Null: a drainer without a pool. */
export function poolLiteral({ queues, except, names }: PoolOptions): string | null {
  const listed = queues ?? except
  if (!listed && !names) return null
  return `(${list(listed)},${listed ? !queues : ""},${list(names)})`
}

function list(names: readonly string[] | undefined): string {
  if (!names) return ""
  const sorted = toPgTextArray([...new Set(names)].sort())
  return `"${sorted.replace(/["\\]/g, "\\$&")}"`
}

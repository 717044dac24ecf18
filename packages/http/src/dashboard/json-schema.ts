import type { AnyJobDefinition } from "@sluice/core"

/** The JSON Schema of the values that an input schema accepts; undefined, if it has none. */
export type JsonSchemaOf = (input: InputSchema) => unknown

/** A schema of any library: a Standard Schema. */
export type InputSchema = NonNullable<AnyJobDefinition["input"]>

/** What is read here of a JSON Schema. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly maxLength?: number
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
}

/**
 * What an input schema says of itself, by Standard JSON Schema as Zod's and ArkType's do, or by a method `toJSONSchema`; else what
 * the dashboard's option `jsonSchema` says of it.
 */
export function jsonSchemaOf(
  { jsonSchema }: { readonly jsonSchema?: JsonSchemaOf | undefined },
  input: InputSchema,
): Schema | undefined {
  const known = input as {
    readonly "~standard": { readonly jsonSchema?: { input?: (options: object) => unknown } }
    readonly toJSONSchema?: (options: object) => unknown
  }
  return (
    schemaFrom(() => known["~standard"].jsonSchema?.input?.({ target: "draft-2020-12" })) ??
    schemaFrom(() => known.toJSONSchema?.({ io: "input" })) ??
    schemaFrom(() => jsonSchema?.(input))
  )
}

function schemaFrom(convert: () => unknown): Schema | undefined {
  try {
    const schema = convert()
    if (typeof schema !== "object" || schema === null) return undefined
    return JSON.parse(JSON.stringify(schema)) // one that refers to itself as an object can't be shown
  } catch {
    return undefined // it has types or checks that JSON Schema doesn't
  }
}

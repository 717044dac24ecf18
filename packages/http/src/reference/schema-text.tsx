import type { Schema } from "./openapi-types.ts"

/** What a value must be, in a line. */
export function SchemaText({ schema }: { schema: Schema }) {
  const name = schema?.$ref?.split("/").at(-1)
  if (name)
    return (
      <a class="type" href={`#schema-${name}`}>
        {name}
      </a>
    )
  if (schema?.items?.$ref)
    return (
      <span class="type">
        list of <SchemaText schema={schema.items} />
        {sizeOf(schema, "elements")}
      </span>
    )
  return <span class="type">{describe(schema)}</span>
}

function describe(schema: Schema): string {
  const branches = schema.oneOf ?? (schema.properties ? undefined : schema.anyOf)
  if (branches) return branches.map(describe).join(", or ")
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value: unknown) => JSON.stringify(value)).join(" | ")
  const types: string[] = schema.type === undefined ? ["any JSON"] : [schema.type].flat()
  return types.map((type) => describeType(type, schema)).join(" or ")
}

function describeType(type: string, schema: Schema): string {
  if (type === "string")
    return schema.format === "date-time" ? "instant (ISO 8601)" : `text${textSize(schema)}`
  if (type === "integer") return `whole number${rangeOf(schema)}`
  if (type === "number") return `number${rangeOf(schema)}`
  if (type === "boolean") return "true or false"
  if (type === "array") return `list of ${describe(schema.items ?? {})}${sizeOf(schema, "elements")}`
  return type
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const from = exclusiveMinimum === undefined ? minimum : `above ${exclusiveMinimum}`
  if (from === undefined) return maximum === undefined ? "" : ` up to ${format(maximum)}`
  if (maximum === undefined) return `, ${format(from)} or more`
  return `, ${format(from)} to ${format(maximum)}`
}

function textSize({ minLength, maxLength, pattern }: Schema): string {
  if (maxLength !== undefined) return `, ${minLength ?? 0} to ${format(maxLength)} characters`
  return pattern === undefined ? "" : ` like ${pattern}`
}

function sizeOf({ maxItems }: Schema, what: string): string {
  return maxItems === undefined ? "" : `, up to ${format(maxItems)} ${what}`
}

function format(value: number | string): string {
  return typeof value === "number" ? value.toLocaleString("en") : value
}

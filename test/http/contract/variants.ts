import type { ValidateFunction } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"

// biome-ignore lint/suspicious/noExplicitAny: a JSON Schema, as it was served
export type Schema = any

/** A value, and where in it which constraint is broken. */
export interface Broken {
  readonly value: unknown
  readonly path: readonly (string | number)[]
  readonly why: string
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** Reads what it needs from the document, and nothing else. */
export function createVariants(document: Schema) {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    allErrors: false,
    formats: { "date-time": isInstant, "uri-reference": true },
  })
  ajv.addSchema(document, "document")
  const compiled = new Map<Schema, ValidateFunction>()

  return { valid, broken, resolve, validate }

  function resolve(schema: Schema): Schema {
    if (schema?.$ref === undefined) return schema
    const steps: string[] = schema.$ref.slice(2).split("/")
    return resolve(steps.reduce((node, step) => node[step.replaceAll("~1", "/")], document))
  }

  /** The first error of a value; undefined if it matches. */
  function validate(schema: Schema, value: unknown): string | undefined {
    const check = compiled.get(schema) ?? ajv.compile(absolute(schema))
    compiled.set(schema, check)
    return check(value) ? undefined : ajv.errorsText(check.errors)
  }

  /** Values that match, at the bounds of each constraint. Of an object each property is varied by itself. */
  function valid(given: Schema): unknown[] {
    const schema = resolve(given)
    return validOf(schema).filter((value) => validate(schema, value) === undefined)
  }

  function validOf(schema: Schema): unknown[] {
    if (schema.const !== undefined) return [schema.const]
    if (schema.enum) return schema.enum
    const branches = schema.oneOf ?? schema.anyOf
    if (branches && !schema.properties) return branches.flatMap((branch: Schema) => valid(branch))
    if (schema.type === undefined) return [{ a: 1 }, "text", 7, true, [1]]
    const types: string[] = [schema.type].flat()
    return types.flatMap((type) => validOfType(type, schema))
  }

  function validOfType(type: string, schema: Schema): unknown[] {
    if (type === "null") return [null]
    if (type === "boolean") return [true, false]
    if (type === "integer" || type === "number") {
      const { exclusiveMinimum = -6, minimum = exclusiveMinimum + 1, maximum = 1e12 } = schema
      return [minimum, maximum, ...(type === "number" ? [(minimum + maximum) / 2 + 0.25] : [])]
    }
    if (type === "string") return validTexts(schema)
    if (type === "array") return validLists(schema)
    return validObjects(schema)
  }

  /** Without a longest length, a long one too: what isn't described must not be refused. */
  function validTexts({ format, examples = [], minLength = 0, maxLength = 2_000 }: Schema): unknown[] {
    if (format === "date-time") return ["2030-01-31T12:00:00Z", "2030-01-31T12:00:00.123+02:00"]
    if (format !== undefined) return examples
    const candidates = ["a", "7", "30s", "1h30m", "a.b_c/d:e-f", ...examples]
    const lengths = [minLength, maxLength].flatMap((length) => ["x".repeat(length), "🚰".repeat(length)])
    return [...candidates, ...lengths, "1".repeat(15)]
  }

  function validLists({ items = {}, minItems = 0, maxItems }: Schema): unknown[] {
    const [first] = valid(items)
    const lists = [new Array(minItems).fill(first), [first]]
    return maxItems !== undefined && maxItems <= 1_000 ? [...lists, new Array(maxItems).fill(first)] : lists
  }

  function validObjects(schema: Schema): unknown[] {
    const { properties = {}, examples = [] } = schema
    const least = leastOf(schema)
    const variants = Object.entries(properties).flatMap(([name, property]) =>
      valid(property).map((value) => ({ ...least, [name]: value })),
    )
    return [least, ...examples, ...variants]
  }

  /** Its first example, else what is required, and no more. */
  function leastOf({
    examples,
    required = [],
    properties = {},
    minProperties = 0,
  }: Schema): Record<string, unknown> {
    if (examples) return examples[0]
    const names = [...required, ...Object.keys(properties).slice(0, required.length > 0 ? 0 : minProperties)]
    return Object.fromEntries(names.map((name) => [name, valid(properties[name] ?? {})[0]]))
  }

  /** Values of which each breaks one constraint. */
  function broken(given: Schema): Broken[] {
    const schema = resolve(given)
    const values = [...wrongTypes(), ...brokenBounds(schema), ...brokenParts(schema)]
    return values.filter(({ value }) => validate(schema, value) !== undefined)
  }

  function wrongTypes(): Broken[] {
    const others = [null, true, 7, 7.5, "?", [], {}, [[]], [null]]
    return others.map((value) => ({ value, path: [], why: `the type of ${JSON.stringify(value)}` }))
  }

  function brokenBounds(schema: Schema): Broken[] {
    const branches: Schema[] = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].map(resolve)
    return branches.flatMap(
      ({ minimum, exclusiveMinimum: above, maximum, minLength, maxLength, pattern, format, enum: known }) => [
        ...(minimum === undefined ? [] : [bound(minimum - 1, "minimum")]),
        ...(above === undefined ? [] : [bound(above, "exclusiveMinimum")]),
        ...(maximum === undefined ? [] : [bound(maximum + 1, "maximum")]),
        ...(minLength === undefined ? [] : [bound("", "minLength")]),
        ...(maxLength === undefined
          ? []
          : [bound("x".repeat(maxLength + 1), "maxLength"), bound("🚰".repeat(maxLength + 1), "maxLength")]),
        ...(pattern === undefined ? [] : WRONG_TEXTS.map((text) => bound(text, "pattern"))),
        ...(format === "date-time" ? WRONG_INSTANTS.map((text) => bound(text, "format")) : []),
        ...(known === undefined
          ? []
          : [bound("nonesuch", "enum"), bound(String(known[0]).toUpperCase(), "enum")]),
      ],
    )
  }

  function brokenParts(schema: Schema): Broken[] {
    const types = [schema.type].flat()
    return [
      ...(types.includes("object") ? brokenObjects(schema) : []),
      ...(types.includes("array") ? brokenLists(schema) : []),
      ...(schema.oneOf ?? schema.anyOf ?? []).flatMap((branch: Schema) => brokenParts(resolve(branch))),
    ]
  }

  function brokenLists({ items = {}, maxItems, minItems }: Schema): Broken[] {
    const [first] = valid(items)
    const elements = broken(items).map(({ value, path, why }) => ({
      value: [first, value],
      path: [1, ...path],
      why,
    }))
    return [
      ...elements,
      ...(maxItems === undefined ? [] : [bound(new Array(maxItems + 1).fill(first), "maxItems")]),
      ...(minItems ? [bound([], "minItems")] : []),
    ]
  }

  function brokenObjects(schema: Schema): Broken[] {
    const { properties = {}, required = [], minProperties } = schema
    const least = leastOf(schema)
    const missing = required.map((name: string) => {
      const { [name]: _, ...others } = least
      return { value: others, path: [name], why: "required" }
    })
    const parts = Object.entries(properties).flatMap(([name, property]) =>
      broken(property).map(({ value, path, why }) => ({
        value: { ...least, [name]: value },
        path: [name, ...path],
        why,
      })),
    )
    const unknown = { value: { ...least, nonesuch: 1 }, path: ["nonesuch"], why: "an unknown key" }
    return [...missing, unknown, ...parts, ...(minProperties ? [bound({}, "minProperties")] : [])]
  }

  /** References are to the document. */
  function absolute(schema: Schema): Schema {
    return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/'))
  }
}

const WRONG_TEXTS = [
  "",
  " ",
  "a b",
  "é",
  "-1",
  "1.5",
  "x".repeat(200),
  "<script>",
  "a\u0000b",
  "0",
  "007x",
  "5 m",
  "1e3s",
]
const WRONG_INSTANTS = [
  "",
  "tomorrow",
  "2030-01-31",
  "2030-01-31T12:00:00",
  "2030-02-31T12:00:00Z",
  "2030-13-01T12:00:00Z",
  "1893412800000",
]

function bound(value: unknown, why: string): Broken {
  return { value, path: [], why }
}

/** RFC 3339, without leap seconds. */
function isInstant(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return INSTANT.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
}

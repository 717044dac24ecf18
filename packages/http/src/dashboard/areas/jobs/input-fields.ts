import type { AnyJobDefinition } from "@sluice/core"
import { jsonSchemaOf, type Schema } from "../../json-schema.ts"
import type { View } from "../../page.ts"

/** A field of a form that is made of an input schema. */
export interface InputField {
  readonly key: string
  readonly kind: "text" | "number" | "boolean" | "choice" | "json"
  /** Of `<input>`: `email`, `url`, … */
  readonly type: string
  readonly title: string | undefined
  readonly description: string | undefined
  readonly required: boolean
  readonly choices: readonly string[]
  readonly isWhole: boolean
  /** Whether its text may have several lines. */
  readonly isLong: boolean
  /** As the form shows it. */
  readonly initial: string
}

/** More would be a form that nobody fills in. */
const MOST_FIELDS = 50
/** More are typed, not chosen: a page with all of them would be slow. */
const MOST_CHOICES = 1_000

/** The fields of a definition's input, if its schema is one of an object with a JSON Schema. */
export function inputFieldsOf(
  view: Pick<View, "jsonSchema">,
  definition: AnyJobDefinition | undefined,
): readonly InputField[] | undefined {
  const schema = definition?.input && jsonSchemaOf(view, definition.input)
  const properties = Object.entries(schema?.properties ?? {})
  if (schema?.type !== "object" || properties.length === 0 || properties.length > MOST_FIELDS)
    return undefined
  if (properties.some(([, property]) => !isSchema(property))) return undefined
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  return properties.map(([key, property]) => fieldOf(key, property, required.includes(key)))
}

/** True and false are schemas, too. */
function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || (typeof value === "object" && value !== null)
}

function fieldOf(key: string, schema: Schema, required: boolean): InputField {
  const { default: initial } = schema
  const choices = choicesOf(schema)
  const kind = kindOf(schema, choices)
  return {
    key,
    kind,
    type: TYPES.get(schema.format) ?? "text",
    title: textIn(schema.title),
    description: textIn(schema.description),
    required,
    choices,
    isWhole: schema.type === "integer",
    isLong: kind === "text" && isLong(schema),
    initial:
      initial === undefined
        ? ""
        : typeof initial === "string" && kind !== "json"
          ? initial
          : JSON.stringify(initial),
  }
}

/** What is longer isn't a name or an address. */
const LONGEST_LINE = 200

/** A text without a format is prose, unless it may only be short. */
function isLong({ format, pattern, maxLength }: Schema): boolean {
  const isShort = typeof maxLength === "number" && maxLength <= LONGEST_LINE
  return format === undefined && pattern === undefined && !isShort
}

function choicesOf({ enum: values }: Schema): readonly string[] {
  const areTexts = Array.isArray(values) && values.every((one) => typeof one === "string")
  return areTexts && values.length <= MOST_CHOICES ? values : []
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined
}

function kindOf({ type }: Schema, choices: readonly string[]): InputField["kind"] {
  if (choices.length > 0) return "choice"
  if (type === "string") return "text"
  if (type === "number" || type === "integer") return "number"
  return type === "boolean" ? "boolean" : "json"
}

const TYPES: ReadonlyMap<unknown, string> = new Map([
  ["email", "email"],
  ["uri", "url"],
  ["date", "date"],
])

/** A payload as the form shows it, by field. */
export function textsOf(fields: readonly InputField[], payload: unknown): Map<string, string> {
  const given = (typeof payload === "object" && payload !== null ? payload : {}) as Record<string, unknown>
  return new Map(
    fields.map(({ key, kind, initial }) => {
      const value = Object.hasOwn(given, key) ? given[key] : undefined // a field may be named "constructor"
      if (value === undefined) return [key, initial]
      return [key, kind !== "json" && typeof value === "string" ? value : JSON.stringify(value)]
    }),
  )
}

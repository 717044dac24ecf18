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
  /** As the form shows it. */
  readonly initial: string
}

/** More would be a form that nobody fills in. */
const MOST_FIELDS = 50

/** The fields of a definition's input, if its schema is one of an object with a JSON Schema. */
export function inputFieldsOf(
  view: Pick<View, "jsonSchema">,
  definition: AnyJobDefinition | undefined,
): readonly InputField[] | undefined {
  const schema = definition?.input && jsonSchemaOf(view, definition.input)
  const properties = Object.entries(schema?.properties ?? {})
  if (schema?.type !== "object" || properties.length === 0 || properties.length > MOST_FIELDS)
    return undefined
  return properties.map(([key, property]) => fieldOf(key, property, schema.required?.includes(key) ?? false))
}

function fieldOf(key: string, schema: Schema, required: boolean): InputField {
  const { title, description, default: initial } = schema
  const choices = schema.enum?.every((one) => typeof one === "string") ? (schema.enum as string[]) : []
  const kind = kindOf(schema, choices)
  return {
    key,
    kind,
    type: TYPES[schema.format ?? ""] ?? "text",
    title,
    description,
    required,
    choices,
    isWhole: schema.type === "integer",
    initial:
      initial === undefined
        ? ""
        : typeof initial === "string" && kind !== "json"
          ? initial
          : JSON.stringify(initial),
  }
}

function kindOf({ type }: Schema, choices: readonly string[]): InputField["kind"] {
  if (choices.length > 0) return "choice"
  if (type === "string") return "text"
  if (type === "number" || type === "integer") return "number"
  return type === "boolean" ? "boolean" : "json"
}

const TYPES: Readonly<Record<string, string>> = { email: "email", uri: "url", date: "date" }

/** The keys of a payload that have no field, as JSON. Empty: there are none. */
export function otherKeysText(fields: readonly InputField[], payload: unknown): string {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return ""
  const others = Object.entries(payload).filter(([name]) => !fields.some(({ key }) => key === name))
  return others.length === 0 ? "" : JSON.stringify(Object.fromEntries(others), null, 2)
}

/** A payload as the form shows it, by field. */
export function textsOf(fields: readonly InputField[], payload: unknown): Map<string, string> {
  const given = (typeof payload === "object" && payload !== null ? payload : {}) as Record<string, unknown>
  return new Map(
    fields.map(({ key, kind, initial }) => {
      const value = given[key]
      if (value === undefined) return [key, initial]
      return [key, kind !== "json" && typeof value === "string" ? value : JSON.stringify(value)]
    }),
  )
}

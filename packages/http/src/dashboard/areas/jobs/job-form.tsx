import { isDeepStrictEqual } from "node:util"
import type { AnyJobDefinition } from "@sluice/core"
import { Field } from "../../components/field.tsx"
import type { View } from "../../page.ts"
import type { Errors } from "../parts/form-parts.tsx"
import { FieldError, jsonOf } from "../parts/form-values.ts"
import { type InputField, textsOf } from "./input-fields.ts"

/** The fields of an input schema, named `input.<key>`. */
export function InputFields(properties: {
  view: View
  fields: readonly InputField[]
  texts: ReadonlyMap<string, string>
  errors: Errors
}) {
  const { view, fields, texts, errors } = properties
  return (
    <>
      {fields.map((field) => (
        <InputControl view={view} field={field} text={texts.get(field.key) ?? ""} errors={errors} />
      ))}
    </>
  )
}

function InputControl(properties: { view: View; field: InputField; text: string; errors: Errors }) {
  const { view, field, text, errors } = properties
  const { key, kind, type, title, description, required, choices, isWhole, isLong } = field
  const name = `input.${key}`
  const label = `${title ?? key}${required ? " *" : ""}`
  return (
    <Field name={name} id={idOf(name)} label={label} hint={description} error={errors.get(name)}>
      {(attributes) => {
        const control = { ...attributes, ...(required && { "aria-required": "true" as const }) }
        if (kind === "json")
          return (
            <textarea {...control} class="code" rows={4} spellcheck={false} autocapitalize="none">
              {`\n${text}`}
            </textarea>
          )
        if (kind === "choice" || kind === "boolean")
          return (
            <select {...control}>
              {!(required && text !== "") && <option value="">{view.text.jobs.notSet}</option>}
              {(kind === "boolean" ? ["true", "false"] : choices).map((choice) => (
                <option value={choice} selected={choice === text}>
                  {kind === "choice" ? choice : choice === "true" ? view.text.jobs.yes : view.text.jobs.no}
                </option>
              ))}
            </select>
          )
        if (isLong || (kind === "text" && text.includes("\n")))
          return (
            <textarea {...control} class="grows" rows={linesOf(text)}>
              {`\n${text}`}
            </textarea>
          )
        const isNumber = kind === "number"
        return (
          <input
            {...control}
            type={isNumber ? "text" : type}
            value={text}
            autocomplete="off"
            {...(isNumber && { inputmode: isWhole ? "numeric" : "decimal" })}
          />
        )
      }}
    </Field>
  )
}

/** Where the browser doesn't let it grow by itself. */
function linesOf(text: string): number {
  return Math.min(12, text.split("\n").length)
}

/** An id must be one that an address can name. */
function idOf(name: string): string {
  return `field-${encodeURIComponent(name)}`
}

/** What the fields say, as a payload. An empty one that isn't required is left out. */
export function payloadOf(
  view: View,
  fields: readonly InputField[],
  form: URLSearchParams,
): Record<string, unknown> {
  const { notNumber, notJson } = view.text.jobs
  const entries = fields.flatMap(({ key, kind, required }): [string, unknown][] => {
    const name = `input.${key}`
    const given = form.get(name) ?? ""
    if (given === "" && !(required && kind === "text")) return []
    // a form sends the line breaks of a text in its own way
    if (kind === "text") return [[key, given.replaceAll("\r\n", "\n")]]
    if (kind === "choice") return [[key, given]]
    if (kind === "boolean") return [[key, booleanIn(view, name, given)]]
    return [[key, jsonOf(view, form, name, kind === "number" ? notNumber : notJson)]]
  })
  return Object.fromEntries(entries)
}

/** Spreadsheets write TRUE and FALSE. */
function booleanIn(view: View, name: string, given: string): boolean {
  const text = given.trim().toLowerCase()
  if (text !== "true" && text !== "false") throw new FieldError(name, view.text.jobs.notBoolean)
  return text === "true"
}

/** Whether the fields say all of a payload, also after a browser has had it: what else it has would be lost. */
export function canSay(view: View, fields: readonly InputField[], payload: unknown): boolean {
  const texts = textsOf(fields, payload)
  const isKept = ({ key, kind, choices }: InputField) => {
    const text = texts.get(key) ?? ""
    return (
      !text.includes("\r") &&
      (kind === "text" || !text.includes("\n")) &&
      (kind !== "choice" || text === "" || choices.includes(text))
    )
  }
  const form = new URLSearchParams(
    Array.from(texts, ([key, text]): [string, string] => [`input.${key}`, text]),
  )
  if (typeof payload !== "object" || payload === null || !fields.every(isKept)) return false
  const said = new Map(Object.entries(payloadOf(view, fields, form)))
  return Object.entries(payload).every(([key, value]) => isDeepStrictEqual(said.get(key), value))
}

/** The definition of a name, if the dashboard's bundle has it. */
export function definitionOf({ sluice }: View, name: string): AnyJobDefinition | undefined {
  return sluice.definitions?.get(name)
}

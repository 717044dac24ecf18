import { Field } from "../../components/field.tsx"
import { Notice } from "../../components/notice.tsx"
import type { FieldError } from "./form-values.ts"

/** What is wrong with which field; under `""`, with the whole form. */
export type Errors = ReadonlyMap<string, string>

export const noErrors: Errors = new Map()

export function errorsOf(error: FieldError): Errors {
  return new Map([[error.field, error.message]])
}

/** One field with its text. */
export function TextField(properties: {
  name: string
  label: string
  hint?: string | undefined
  value: string | undefined
  errors: Errors
  isJson?: boolean
  rows?: number
  /** The id of a list of what it may be. */
  list?: string
  isRequired?: boolean
  /** One line that people read letter by letter. */
  isCode?: boolean
}) {
  const { name, label, hint, value = "", errors, isJson = false, rows = 8 } = properties
  const { list, isRequired = false, isCode = false } = properties
  return (
    <Field name={name} label={label} hint={hint} error={errors.get(name)}>
      {(attributes) =>
        isJson ? (
          <textarea {...attributes} class="code" rows={rows} spellcheck={false} autocapitalize="none">
            {`\n${value}`}
          </textarea>
        ) : (
          <input
            {...attributes}
            type="text"
            value={value}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required={isRequired}
            {...(isCode && { class: "code" })}
            {...(list && { list })}
          />
        )
      }
    </Field>
  )
}

/** What is wrong with what no field of the form shows. */
export function FormProblem({ errors, shown }: { errors: Errors; shown: readonly string[] }) {
  const others = [...errors].filter(([field]) => !shown.includes(field))
  if (others.length === 0) return null
  return (
    <Notice kind="failure">
      {others.map(([, message]) => (
        <p>
          <bdi>{message}</bdi>
        </p>
      ))}
    </Notice>
  )
}

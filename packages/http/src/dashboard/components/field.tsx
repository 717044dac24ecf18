import type { Child } from "hono/jsx"

/** What a field's control has to have, so that its label, hint and error belong to it. */
export interface FieldAttributes {
  readonly id: string
  readonly name: string
  readonly "aria-describedby"?: string
  readonly "aria-invalid"?: "true"
}

/**
 * A labeled control: `<Field name="cron" label={…}>{(attributes) => <input {...attributes} value={…} />}</Field>`. An error
 * stands beside it.
 */
export function Field(properties: {
  name: string
  label: string
  hint?: Child
  error?: string | undefined
  /** Where a page has several fields of one name. Default: the name. */
  id?: string
  children: (attributes: FieldAttributes) => Child
}) {
  const { name, label, hint, error, id = `field-${name}`, children } = properties
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean)
  const attributes: FieldAttributes = {
    id,
    name,
    ...(described.length > 0 && { "aria-describedby": described.join(" ") }),
    ...(error !== undefined && { "aria-invalid": "true" as const }),
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(attributes)}
      {hint !== undefined && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error !== undefined && (
        <div class="error" id={`${id}-error`}>
          {error}
        </div>
      )}
    </div>
  )
}

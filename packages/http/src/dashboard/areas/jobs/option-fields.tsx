import type { EnqueueOptions } from "@sluice/core"
import type { View } from "../../page.ts"
import { type Errors, TextField } from "../parts/form-parts.tsx"
import { dueOf, jsonOf, numberOf, tagsOf, textOf } from "../parts/form-values.ts"

/** The options that a form sets of a job. */
export const OPTIONS = [
  "due",
  "queue",
  "priority",
  "maxAttempts",
  "tags",
  "uniqueKey",
  "concurrencyKey",
  "metadata",
] as const

export type OptionName = (typeof OPTIONS)[number]

/** Their fields, closed unless one of them is wrong or filled in. */
export function OptionFields(properties: {
  view: View
  shown?: readonly OptionName[]
  values: ReadonlyMap<string, string>
  errors: Errors
  /** What it means to leave them empty. */
  hint: string
}) {
  const { view, shown = OPTIONS, values, errors, hint } = properties
  const { jobs: text } = view.text
  const labels: Record<OptionName, { label: string; hint?: string }> = {
    due: { label: text.runAt, hint: text.runAtHint },
    queue: { label: text.queue },
    priority: { label: text.priority, hint: text.priorityHint },
    maxAttempts: { label: text.maxAttempts },
    tags: { label: text.tags, hint: text.tagsHint },
    uniqueKey: { label: text.uniqueKey, hint: text.uniqueKeyHint },
    concurrencyKey: { label: text.concurrencyKey },
    metadata: { label: text.metadata, hint: text.metadataHint },
  }
  return (
    <details open={shown.some((option) => errors.has(option))} class="options">
      <summary>
        {text.options} <span class="muted">{hint}</span>
      </summary>
      <div class="form">
        {shown.map((name) => (
          <TextField
            {...labels[name]}
            name={name}
            value={values.get(name)}
            errors={errors}
            {...(name === "metadata" && { isJson: true, rows: 4 })}
          />
        ))}
      </div>
    </details>
  )
}

/** What such a form says. What is empty is as the definition says. */
export function optionsIn(view: View, form: URLSearchParams): EnqueueOptions {
  const { notTime, notNumber } = view.text.jobs
  const options = {
    ...dueOf(form, "due", notTime),
    queue: textOf(form, "queue"),
    priority: numberOf(form, "priority", notNumber),
    maxAttempts: numberOf(form, "maxAttempts", notNumber),
    tags: tagsOf(form, "tags"),
    uniqueKey: textOf(form, "uniqueKey"),
    concurrencyKey: textOf(form, "concurrencyKey"),
    metadata: jsonOf(view, form, "metadata"),
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

const FIELD_OF: Readonly<Record<string, OptionName>> = { runAt: "due", delay: "due" }

/** The field of an option that core complains of. */
export function fieldOfOption(option: string): string {
  return FIELD_OF[option] ?? option
}

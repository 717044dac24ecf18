import type { DefinitionSnapshot, ScheduleSnapshot } from "@sluice/core"
import { ActionForm } from "../../components/action-form.tsx"
import { Field, type FieldAttributes } from "../../components/field.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { Rendered, View } from "../../page.ts"
import { schedulePath } from "./schedule-path.ts"

/** What the form's fields have, as text. */
export interface FilledForm {
  /** That of the schedule that is edited. Undefined: a new one, whose key is a field. */
  readonly edited?: string
  readonly values: Readonly<Partial<Record<FieldName, string>>>
  /** What is wrong, by field. `""`: with all of it. */
  readonly errors?: Readonly<Partial<Record<FieldName | "", string>>>
}

export const FIELDS = [
  "key",
  "name",
  "cron",
  "every",
  "timeZone",
  "payload",
  "options",
  "jitter",
  "startsAt",
  "endsAt",
  "catchUp",
  "overlap",
] as const

export type FieldName = (typeof FIELDS)[number]

export function newSchedule(): FilledForm {
  return { values: {} }
}

/** The form with what a schedule is set to. A payload of which the reader may not see all is left empty, and kept. */
export function filledFrom(view: View, schedule: ScheduleSnapshot): FilledForm {
  const { key, name, cron, every, timeZone, options, jitter, startsAt, endsAt, catchUp, overlap } = schedule
  return {
    edited: key,
    values: {
      name,
      cron: cron ?? "",
      every: every === null ? "" : String(every),
      timeZone,
      payload: isHidden(view, schedule) ? "" : JSON.stringify(schedule.payload, null, 2),
      options: Object.keys(options).length === 0 ? "" : JSON.stringify(options, null, 2),
      jitter: String(jitter) === "0" ? "" : String(jitter),
      startsAt: startsAt?.toISOString() ?? "",
      endsAt: endsAt?.toISOString() ?? "",
      catchUp: catchUp.policy,
      overlap,
    },
  }
}

/** Whether the app's hook hides something of the payload. */
export function isHidden(view: View, { payload, name }: ScheduleSnapshot): boolean {
  return JSON.stringify(view.redact(payload, { kind: "payload", jobName: name })) !== JSON.stringify(payload)
}

/** The page with the form. */
export async function formPage(view: View, form: FilledForm): Promise<Rendered> {
  const text = view.text.schedules
  const { edited } = form
  const definitions = await view.sluice.listDefinitions()
  const title = edited === undefined ? text.newTitle : fill(text.editTitle, { key: edited })
  const path = edited === undefined ? "/schedules" : schedulePath(edited)
  return {
    title,
    isLive: false,
    body: (
      <>
        <PageHeader
          title={title}
          back={{ href: view.href(path), label: edited === undefined ? text.title : edited }}
        />
        <Form view={view} form={form} definitions={definitions} />
      </>
    ),
  }
}

interface FormProperties {
  readonly view: View
  readonly form: FilledForm
}

function Form({ view, form, definitions }: FormProperties & { definitions: readonly DefinitionSnapshot[] }) {
  const text = view.text.schedules
  const { edited, errors = {} } = form
  const path = edited === undefined ? "/schedules" : `${schedulePath(edited)}/edit`
  return (
    <ActionForm view={view} path={path} class="form">
      {errors[""] !== undefined && (
        <div class="notice failure" role="alert">
          <div>{errors[""]}</div>
        </div>
      )}
      {edited === undefined && (
        <TextField view={view} form={form} name="key" label={text.key} hint={text.keyHint} required />
      )}
      <TextField view={view} form={form} name="name" label={text.job} list="names" required />
      <datalist id="names">
        {definitions.map(({ name }) => (
          <option value={name} />
        ))}
      </datalist>
      <TextField view={view} form={form} name="cron" label={text.cron} hint={text.cronHint} isCode />
      <TextField view={view} form={form} name="every" label={text.interval} hint={text.intervalHint} />
      <TextField
        view={view}
        form={form}
        name="timeZone"
        label={text.timeZone}
        hint={text.timeZoneHint}
        list="zones"
      />
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option value={zone} />
        ))}
      </datalist>
      <JsonField
        view={view}
        form={form}
        name="payload"
        label={text.payload}
        hint={edited === undefined ? text.payloadHint : text.payloadEditHint}
      />
      <JsonField view={view} form={form} name="options" label={text.options} hint={text.optionsHint} />
      <Choice view={view} form={form} name="overlap" label={text.overlap} choices={text.overlaps} />
      <Choice
        view={view}
        form={form}
        name="catchUp"
        label={text.catchUp}
        choices={text.catchUps}
        first="once"
      />
      <TextField view={view} form={form} name="jitter" label={text.jitter} hint={text.jitterHint} />
      <TextField view={view} form={form} name="startsAt" label={text.starts} hint={text.instantHint} />
      <TextField view={view} form={form} name="endsAt" label={text.ends} hint={text.instantHint} />
      <div class="actions">
        <button type="submit" class="button primary">
          {text.save}
        </button>
      </div>
    </ActionForm>
  )
}

interface OneField extends FormProperties {
  readonly name: FieldName
  readonly label: string
  readonly hint?: string
}

function TextField(properties: OneField & { list?: string; required?: boolean; isCode?: boolean }) {
  const { form, name, label, hint, list, required, isCode } = properties
  return (
    <Field name={name} label={label} hint={hint} error={form.errors?.[name]}>
      {(attributes: FieldAttributes) => (
        <input
          {...attributes}
          type="text"
          value={form.values[name] ?? ""}
          list={list}
          required={required}
          spellcheck={false}
          autocomplete="off"
          class={isCode ? "code" : undefined}
        />
      )}
    </Field>
  )
}

function JsonField({ form, name, label, hint }: OneField) {
  return (
    <Field name={name} label={label} hint={hint} error={form.errors?.[name]}>
      {(attributes: FieldAttributes) => (
        <textarea {...attributes} class="code" rows={4} spellcheck={false}>
          {form.values[name] ?? ""}
        </textarea>
      )}
    </Field>
  )
}

function Choice(properties: OneField & { choices: Readonly<Record<string, string>>; first?: string }) {
  const { form, name, label, choices, first } = properties
  const chosen = form.values[name] ?? first
  return (
    <Field name={name} label={label} error={form.errors?.[name]}>
      {(attributes: FieldAttributes) => (
        <select {...attributes}>
          {Object.entries(choices).map(([value, text]) => (
            <option value={value} selected={value === chosen}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

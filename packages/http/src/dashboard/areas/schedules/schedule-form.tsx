import type { DefinitionSnapshot, ScheduleSnapshot } from "@sluice/core"
import { ActionForm } from "../../components/action-form.tsx"
import { Field } from "../../components/field.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { Rendered, View } from "../../page.ts"
import { type Errors, FormProblem, noErrors, TextField } from "../parts/form-parts.tsx"
import { schedulePath } from "./schedule-path.ts"

/** What the form's fields have, as text. */
export interface FilledForm {
  /** That of the schedule that is edited. Undefined: a new one, whose key is a field. */
  readonly edited?: string
  readonly values: Readonly<Partial<Record<FieldName, string>>>
  readonly errors?: Errors
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

function Form(properties: { view: View; form: FilledForm; definitions: readonly DefinitionSnapshot[] }) {
  const { view, form, definitions } = properties
  const text = view.text.schedules
  const { edited, errors = noErrors } = form
  const path = edited === undefined ? "/schedules" : `${schedulePath(edited)}/edit`
  const field = (name: FieldName) => ({ name, value: form.values[name], errors })
  return (
    <ActionForm view={view} path={path} class="form">
      <FormProblem errors={errors} shown={FIELDS} />
      {edited === undefined && (
        <TextField {...field("key")} label={text.key} hint={text.keyHint} isRequired />
      )}
      <TextField {...field("name")} label={text.job} list="names" isRequired />
      <datalist id="names">
        {definitions.map(({ name }) => (
          <option value={name} />
        ))}
      </datalist>
      <TextField {...field("cron")} label={text.cron} hint={text.cronHint} isCode />
      <TextField {...field("every")} label={text.interval} hint={text.intervalHint} />
      <TextField {...field("timeZone")} label={text.timeZone} hint={text.timeZoneHint} list="zones" />
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option value={zone} />
        ))}
      </datalist>
      <TextField
        {...field("payload")}
        label={text.payload}
        hint={edited === undefined ? text.payloadHint : text.payloadEditHint}
        isJson
        rows={4}
      />
      <TextField {...field("options")} label={text.options} hint={text.optionsHint} isJson rows={4} />
      <Choice form={form} name="overlap" label={text.overlap} choices={text.overlaps} />
      <Choice form={form} name="catchUp" label={text.catchUp} choices={text.catchUps} first="once" />
      <TextField {...field("jitter")} label={text.jitter} hint={text.jitterHint} />
      <TextField {...field("startsAt")} label={text.starts} hint={text.instantHint} />
      <TextField {...field("endsAt")} label={text.ends} hint={text.instantHint} />
      <div class="actions">
        <button type="submit" class="button primary">
          {text.save}
        </button>
      </div>
    </ActionForm>
  )
}

function Choice(properties: {
  form: FilledForm
  name: FieldName
  label: string
  choices: Readonly<Record<string, string>>
  first?: string
}) {
  const { form, name, label, choices, first } = properties
  const chosen = form.values[name] ?? first
  return (
    <Field name={name} label={label} error={form.errors?.get(name)}>
      {(attributes) => (
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

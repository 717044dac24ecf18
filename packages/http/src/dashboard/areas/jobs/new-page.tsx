import {
  type AnyJobDefinition,
  type EnqueueOptions,
  type FilterValues,
  InvalidInputError,
  InvalidPayloadError,
  type JobSnapshot,
  SluiceError,
} from "@sluice/core"
import { ActionForm } from "../../components/action-form.tsx"
import { Notice } from "../../components/notice.tsx"
import { ButtonLink, PageHeader } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page, Rendered, View } from "../../page.ts"
import { type Errors, errorsOf, FormProblem, noErrors, TextField } from "../parts/form-parts.tsx"
import { FieldError, jsonOf } from "../parts/form-values.ts"
import { onceKeyOf } from "../parts/once.ts"
import { isWhole } from "./edit-page.tsx"
import { type InputField, inputFieldsOf, textsOf } from "./input-fields.ts"
import { canSay, definitionOf, InputFields, payloadOf } from "./job-form.tsx"
import { noJob } from "./job-page.tsx"
import { fieldOfOption, OPTIONS, OptionFields, optionsIn } from "./option-fields.tsx"

/** More are quicker to type than to find. */
const MOST_CHOICES = 60

/** First the name is chosen; then the form has the fields of its input. `from` fills it with what another job had. */
export const newPage: Page = {
  path: "/jobs/new",
  role: "operator",
  async render(view) {
    const from = view.query.get("from")
    const original = from !== null && /^\d{1,15}$/.test(from) ? await view.sluice.getJob(from) : undefined
    if (from !== null && !original) return noJob(view, from)
    const name = original?.name ?? view.query.get("name")?.trim()
    if (!name) return chooseName(view, await view.sluice.getFilterValues())
    return form(view, name, original ? valuesOf(view, name, original) : emptyValues(view, name), noErrors)
  },
}

function chooseName(view: View, { names }: FilterValues): Rendered {
  const { jobs: text } = view.text
  const known = [...new Set([...(view.sluice.definitions?.keys() ?? []), ...names])].toSorted()
  const body = (
    <>
      <PageHeader
        title={text.newTitle}
        lead={text.newLead}
        back={{ href: view.href("/jobs"), label: text.title }}
      />
      {known.length > 0 && (
        <nav aria-label={text.chooseName}>
          <ul class="choose-name">
            {known.slice(0, MOST_CHOICES).map((name) => (
              <li>
                <a class="button" href={view.href("/jobs/new", { name })}>
                  <bdi>{name}</bdi>
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <form method="get" action={view.href("/jobs/new")} class="form">
        <TextField
          name="name"
          label={known.length > 0 ? text.otherName : text.chooseName}
          hint={known.length > MOST_CHOICES ? text.chooseNameHint : undefined}
          value=""
          errors={noErrors}
          list="job-names"
        />
        <datalist id="job-names">
          {known.map((name) => (
            <option value={name} />
          ))}
        </datalist>
        <div class="row">
          <button type="submit" class="button primary">
            {text.choose}
          </button>
        </div>
      </form>
    </>
  )
  return { title: text.newTitle, body, isLive: false }
}

/** What the form shows. */
interface Values {
  readonly options: ReadonlyMap<string, string>
  /** The input as JSON, and by field. */
  readonly payload: string
  readonly input: ReadonlyMap<string, string>
  /** Whether parts of the original's input are hidden, so that the form begins without it. */
  readonly isHidden?: boolean
  /** Whether the form has the input as JSON, although there are fields. */
  readonly isJson?: boolean
}

function emptyValues(view: View, name: string): Values {
  const fields = inputFieldsOf(view, definitionOf(view, name)) ?? []
  return { options: new Map(), payload: "{}", input: textsOf(fields, undefined) }
}

/** What the original was enqueued with, but for its unique key, which it may still have. */
function valuesOf(view: View, name: string, job: JobSnapshot): Values {
  const fields = inputFieldsOf(view, definitionOf(view, name)) ?? []
  const isShown = isWhole(view, job, "payload") && job.payloadKept
  const { schedule: _, ...metadata } = job.metadata
  const hasMetadata = Object.keys(metadata).length > 0 && isWhole(view, job, "metadata")
  return {
    options: new Map([
      ["queue", job.queue],
      ["priority", String(job.priority)],
      ["maxAttempts", job.maxAttempts === null ? "" : String(job.maxAttempts)],
      ["tags", job.tags.join(", ")],
      ["concurrencyKey", definitionOf(view, name) ? "" : (job.concurrencyKey ?? "")],
      ["metadata", hasMetadata ? JSON.stringify(metadata, null, 2) : ""],
    ]),
    payload: isShown ? JSON.stringify(job.payload, null, 2) : "{}",
    input: textsOf(fields, isShown ? job.payload : undefined),
    ...(!isShown && { isHidden: true }),
    ...(isShown && fields.length > 0 && { isJson: !canSay(view, fields, job.payload) }),
  }
}

/** Why there are no fields. */
function whyJson({ text: { jobs: text } }: View, definition: AnyJobDefinition | undefined): string {
  if (definition === undefined) return text.unknownDefinition
  return definition.input === undefined ? text.withoutSchema : text.noSchema
}

function form(view: View, name: string, values: Values, errors: Errors): Rendered {
  const { jobs: text } = view.text
  const definition = definitionOf(view, name)
  const fields = values.isJson ? undefined : inputFieldsOf(view, definition)
  const shown = [...OPTIONS, "payload", ...(fields ?? []).map(({ key }) => `input.${key}`)]
  const body = (
    <>
      <PageHeader
        title={
          <>
            {text.newTitle}: <bdi>{name}</bdi>
          </>
        }
        lead={text.newLead}
        back={{ href: view.href("/jobs/new"), label: text.chooseName }}
      >
        <ButtonLink href={view.href("/jobs/new/several", { name })}>{text.several.link}</ButtonLink>
      </PageHeader>
      <FormProblem errors={errors} shown={shown} />
      {values.isHidden && <Notice>{text.hiddenPayload}</Notice>}
      <ActionForm view={view} path="/jobs/new" class="form">
        <input type="hidden" name="name" value={name} />
        <input type="hidden" name="once" value={crypto.randomUUID()} />
        <h2>{text.input}</h2>
        {!fields && !values.isJson && <p class="muted">{whyJson(view, definition)}</p>}
        {fields ? (
          <InputFields view={view} fields={fields} texts={values.input} errors={errors} />
        ) : (
          <TextField
            name="payload"
            label={text.payload}
            hint={text.payloadHint}
            value={values.payload}
            errors={errors}
            isJson
            rows={12}
          />
        )}
        <OptionFields view={view} values={values.options} errors={errors} hint={text.defaultHint} />
        <div class="row">
          <button type="submit" class="button primary">
            {text.submit}
          </button>
        </div>
      </ActionForm>
    </>
  )
  return {
    title: text.newTitle,
    body,
    isLive: false,
    ...(errors.size > 0 && { status: 422 as const }),
  }
}

export const enqueueAction: Action = {
  path: "/jobs/new",
  async act(view, given) {
    const { did } = view.text.jobs
    const name = given.get("name")?.trim() ?? ""
    const isJson = given.has("payload")
    const fields = isJson ? undefined : inputFieldsOf(view, definitionOf(view, name))
    try {
      const payload = fields ? payloadOf(view, fields, given) : jsonOf(view, given, "payload")
      const { id, status } = await view.sluice.enqueue(name, payload ?? {}, {
        ...optionsIn(view, given),
        ...onceIn(given),
      })
      const notice = fill(status === "enqueued" ? did.enqueue : did.found, { id })
      return { to: view.href(`/jobs/${id}`), notice }
    } catch (error) {
      const page = form(view, name, sentValues(given, fields ?? []), problemsOf(error, fields !== undefined))
      return { to: view.href("/jobs/new", { name }), page }
    }
  },
}

function sentValues(given: URLSearchParams, fields: readonly InputField[]): Values {
  return {
    options: new Map(OPTIONS.map((option): [string, string] => [option, given.get(option) ?? ""])),
    payload: given.get("payload") ?? "",
    input: new Map(fields.map(({ key }) => [key, given.get(`input.${key}`) ?? ""])),
    isJson: given.has("payload"),
  }
}

function onceIn(form: URLSearchParams): EnqueueOptions {
  const idempotencyKey = onceKeyOf(form)
  return idempotencyKey === undefined ? {} : { idempotencyKey }
}

/** What is wrong with which field; of a payload, with each of those that the schema complains of. */
function problemsOf(error: unknown, hasFields: boolean): Errors {
  if (error instanceof FieldError) return errorsOf(error)
  if (error instanceof InvalidPayloadError)
    return hasFields
      ? new Map(
          error.issues
            .toReversed()
            .map(({ path, message }) => [
              path.length > 0 ? `input.${path[0]}` : "",
              path.length > 1 ? `${path.slice(1).join(".")}: ${message}` : message,
            ]),
        )
      : new Map([["payload", error.message]])
  if (error instanceof InvalidInputError) {
    return new Map([[fieldOfOption(String(error.path.at(-1) ?? "")), error.message]])
  }
  if (!(error instanceof SluiceError) || error.code === "database_unavailable") throw error
  return new Map([["", error.message]])
}

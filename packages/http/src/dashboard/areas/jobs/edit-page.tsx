import { createHash } from "node:crypto"
import { isDeepStrictEqual } from "node:util"
import {
  InvalidInputError,
  InvalidPayloadError,
  type JobChanges,
  JobNotFoundError,
  type JobSnapshot,
  JobStateError,
} from "@sluice/core"
import { ActionForm } from "../../components/action-form.tsx"
import { Notice } from "../../components/notice.tsx"
import { ButtonLink, PageHeader } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page, Rendered, View } from "../../page.ts"
import { type Errors, errorsOf, FormProblem, noErrors, TextField } from "../parts/form-parts.tsx"
import { dueOf, FieldError, jsonOf, numberOf, tagsOf, textOf } from "../parts/form-values.ts"
import { refusalOf } from "./job-actions.ts"
import { noJob } from "./job-page.tsx"

const FIELDS = ["due", "priority", "queue", "tags", "payload", "metadata"]

export const editPage: Page = {
  path: "/jobs/:id{[0-9]{1,15}}/edit",
  role: "operator",
  async render(view, { id = "" }) {
    const job = await view.sluice.getJob(id)
    return job ? edit(view, job, shownOf(job), noErrors) : noJob(view, id)
  },
}

/** The job as the form shows it. */
function shownOf(job: JobSnapshot): Map<string, string> {
  return new Map([
    ["due", ""],
    ["priority", String(job.priority)],
    ["queue", job.queue],
    ["tags", job.tags.join(", ")],
    ["payload", JSON.stringify(job.payload, null, 2)],
    ["metadata", JSON.stringify(job.metadata, null, 2)],
  ])
}

/** Whether the reader sees all of it: what is hidden can't be edited without being lost or shown. */
export function isWhole(view: View, job: JobSnapshot, kind: "payload" | "metadata"): boolean {
  const value = kind === "payload" ? job.payload : job.metadata
  return isDeepStrictEqual(view.redact(value, { kind, jobName: job.name }), value)
}

function edit(view: View, job: JobSnapshot, shown: ReadonlyMap<string, string>, errors: Errors): Rendered {
  const { jobs: text } = view.text
  const title = fill(text.editTitle, { id: job.id })
  const field = (name: string) => ({ name, value: shown.get(name), errors })
  const isOpen = isWhole(view, job, "payload") && (job.payload !== null || job.payloadKey === null)
  const hasMetadata = isWhole(view, job, "metadata")
  const body = (
    <>
      <PageHeader
        title={title}
        lead={text.editLead}
        back={{ href: view.href(`/jobs/${job.id}`), label: fill(text.job, { id: job.id }) }}
      />
      <FormProblem errors={errors} shown={FIELDS} />
      <ActionForm view={view} path={`/jobs/${job.id}/edit`} class="form">
        {FIELDS.map((name) => (
          <input
            type="hidden"
            name={`was.${name}`}
            value={shown.get(`was.${name}`) ?? digestOf(shown.get(name))}
          />
        ))}
        <TextField {...field("due")} label={text.runAt} hint={text.runAtHint} />
        <TextField {...field("priority")} label={text.priority} hint={text.priorityHint} />
        <TextField {...field("queue")} label={text.queue} />
        <TextField {...field("tags")} label={text.tags} hint={text.tagsHint} />
        {isOpen ? (
          <TextField {...field("payload")} label={text.payload} hint={text.payloadHint} isJson rows={12} />
        ) : (
          <Notice>{text.hiddenPayload}</Notice>
        )}
        {hasMetadata && (
          <TextField {...field("metadata")} label={text.metadata} hint={text.metadataHint} isJson />
        )}
        <div class="row">
          <button type="submit" class="button primary">
            {text.save}
          </button>
          <ButtonLink href={view.href(`/jobs/${job.id}`)}>{view.text.shell.cancel}</ButtonLink>
        </div>
      </ActionForm>
    </>
  )
  return { title, body, isLive: false, ...(errors.size > 0 && { status: 422 as const }) }
}

export const editAction: Action = {
  path: "/jobs/:id{[0-9]{1,15}}/edit",
  async act(view, form, { id = "" }) {
    const job = await view.sluice.getJob(id)
    const to = view.href(`/jobs/${id}`)
    if (!job) return { to, page: noJob(view, id) }
    try {
      const changes = changesOf(view, job, form)
      if (Object.keys(changes).length > 0) await view.sluice.updateJob(id, changes)
      return { to, notice: fill(view.text.jobs.did.update, { id }) }
    } catch (error) {
      const errors = problemsOf(view, error, id)
      return { to, page: edit(view, job, new Map(form), errors) }
    }
  },
}

/** What the form showed of a field, however long that was. Browsers have their own line breaks. */
function digestOf(text = ""): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n").trim()).digest("base64url")
}

/** Only what is different from what the form showed, and from the job: what somebody else has changed meanwhile stays. */
function changesOf(view: View, job: JobSnapshot, form: URLSearchParams): JobChanges {
  const { jobs: text } = view.text
  const isEdited = (field: string) => form.get(`was.${field}`) !== digestOf(form.get(field) ?? "")
  const priority = numberOf(form, "priority", text.notNumber)
  const queue = textOf(form, "queue")
  const tags = form.has("tags") ? (tagsOf(form, "tags") ?? []) : undefined
  const payload = isWhole(view, job, "payload") ? jsonOf(view, form, "payload") : undefined
  const metadata = isWhole(view, job, "metadata") ? jsonOf(view, form, "metadata") : undefined
  const changes = {
    ...(priority !== job.priority && { priority }),
    ...(queue !== job.queue && { queue }),
    ...(!isDeepStrictEqual(tags, [...job.tags]) && { tags }),
    ...(!isDeepStrictEqual(payload, job.payload) && { payload }),
    ...(!isDeepStrictEqual(metadata, job.metadata) && { metadata: metadata as JobChanges["metadata"] }),
  }
  const given = Object.fromEntries(
    Object.entries(changes).filter(([field, value]) => value !== undefined && isEdited(field)),
  )
  return { ...dueOf(form, "due", text.notTime), ...given }
}

const FIELD_OF: Readonly<Record<string, string>> = { runAt: "due", delay: "due" }

function problemsOf(view: View, error: unknown, id: string): Errors {
  if (error instanceof FieldError) return errorsOf(error)
  if (error instanceof JobNotFoundError || error instanceof JobStateError)
    return new Map([["", refusalOf(view, error, id)]])
  if (error instanceof InvalidPayloadError) return new Map([["payload", error.message]])
  if (!(error instanceof InvalidInputError)) throw error
  const [first, second] = error.path.map(String)
  const field = first === "changes" ? (second ?? "") : (first ?? "")
  return new Map([[FIELD_OF[field] ?? field, error.message]])
}

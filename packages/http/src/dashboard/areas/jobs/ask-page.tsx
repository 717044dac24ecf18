import { type BulkResult, InvalidInputError, type JobChanges, type JobFilter } from "@sluice/core"
import { reasonOf } from "../../components/bad-filter.tsx"
import { Confirm } from "../../components/confirm.tsx"
import { Field } from "../../components/field.tsx"
import { Notice } from "../../components/notice.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import type { Acted, Action, Page, Rendered, View } from "../../page.ts"
import { dueOf, FieldError, numberOf, tagsOf, textOf } from "../parts/form-values.ts"
import { conditionsOf, FIELDS, filterOf, queryOf } from "./conditions.ts"
import { actOnAll, filterFor, isVerb, STATES_OF, type VerbName } from "./verbs.ts"

// What is done to many jobs goes through three addresses: the list's form leads to a page that counts and asks, that one's form
// acts for some seconds, and leads to a page that says what was done and continues with the rest.

/** As many as the statement's address can have. */
const MOST_SELECTED = 500
const COUNT = "1s"
const MOST_COUNTED = 10_000
/** A part ends well before gateways give up on a request. */
const PART = "5s"
/** Those that the address of the result has. */
const MOST_REFUSED = 50

const NOTHING: BulkResult = { matched: 0, changed: 0, refused: [] }

/** From the list: its parameters have a prefix, because a job's own fields are in the form as well. */
export const askAction: Action = {
  path: "/jobs/ask",
  async act(view, form) {
    const verb = form.get("verb")
    const ids = form.getAll("id").slice(0, MOST_SELECTED)
    const isAll = form.get("scope") === "all"
    const conditions = new URLSearchParams(
      FIELDS.flatMap((field) =>
        form.getAll(`filter.${field}`).map((value): [string, string] => [field, value]),
      ),
    )
    const back = view.href("/jobs") + queryOf(conditionsOf(conditions))
    if (!isVerb(verb)) return { to: back }
    if (isAll) return { to: view.href("/jobs/ask") + queryOf(conditionsOf(conditions), { verb }) }
    if (ids.length === 0) return { to: back, notice: view.text.jobs.nothingSelected, isFailure: true }
    return {
      to: `${view.href("/jobs/ask")}?${new URLSearchParams([["verb", verb], ...ids.map((id): [string, string] => ["id", id])])}`,
    }
  },
}

export const askPage: Page = {
  path: "/jobs/ask",
  role: "operator",
  async render(view) {
    const verb = view.query.get("verb")
    return isVerb(verb) ? ask(view, verb, view.query) : notAsked(view)
  },
}

function notAsked({ text }: View): Rendered {
  return { title: text.shell.notFoundTitle, body: <p>{text.shell.notFound}</p>, status: 404 }
}

/** Which jobs a form or an address means: of those that match, none that does only since the reader was asked. */
function targetOf(verb: VerbName, given: URLSearchParams, now: Date): JobFilter | undefined {
  const ids = given.getAll("id").slice(0, MOST_SELECTED)
  if (ids.length > 0) return { ids }
  const asked = askedAt(given, now)
  const filter = filterOf(conditionsOf(given), asked)
  const isEarlier = filter.until !== undefined && !(Date.parse(String(filter.until)) > asked.getTime())
  return filterFor(verb, isEarlier ? filter : { ...filter, until: asked })
}

/** When the question was shown that a form answers. */
function askedAt(given: URLSearchParams, now: Date): Date {
  const at = Date.parse(given.get("asked") ?? "")
  return Number.isNaN(at) || at > now.getTime() ? now : new Date(at)
}

async function ask(
  view: View,
  verb: VerbName,
  given: URLSearchParams,
  error?: FieldError,
): Promise<Rendered> {
  const { jobs: text } = view.text
  const filter = targetOf(verb, given, view.now)
  const counted = await count(view, verb, filter).catch(reasonOf)
  const title = text.ask[verb]
  const back = view.href("/jobs") + queryOf(conditionsOf(given))
  if (typeof counted === "string")
    return { title, body: <Notice kind="warning">{counted}</Notice>, isLive: false }
  // they are erased within the one request
  if (verb === "erase" && counted.hasMore) return tooMany(view, title, back)
  const body = (
    <Confirm
      view={view}
      title={title}
      path="/jobs/act"
      count={counted.count}
      capped={counted.hasMore}
      label={text.doIt[verb]}
      danger={["cancel", "delete", "erase"].includes(verb)}
      back={back}
      backLabel={text.keep}
    >
      <p>{text.explain[verb]}</p>
      <Target
        given={given}
        verb={verb}
        asked={askedAt(given, view.now)}
        total={counted.hasMore ? undefined : counted.count}
      />
      {verb === "update" && <Changes view={view} given={given} error={error} />}
    </Confirm>
  )
  return { title, body, isLive: false, ...(error && { status: 422 as const }) }
}

function tooMany({ text }: View, title: string, back: string): Rendered {
  const body = (
    <>
      <PageHeader title={title} back={{ href: back, label: text.jobs.back }} />
      <Notice kind="warning">{text.jobs.tooManyToErase}</Notice>
    </>
  )
  return { title, body, isLive: false }
}

async function count({ sluice }: View, verb: VerbName, filter: JobFilter | undefined) {
  if (!filter) return { count: 0, hasMore: false }
  const { ids, ...conditions } = filter
  if (!ids) return sluice.countJobs(conditions, { limit: MOST_COUNTED, within: COUNT })
  const dryRun = { dryRun: true }
  const isOfHistory = STATES_OF[verb].includes("canceled")
  const { matched } = await (isOfHistory
    ? sluice.deleteJobs(filter, dryRun)
    : sluice.cancelJobs(filter, dryRun))
  return { count: matched, hasMore: false }
}

/** Sends on which jobs are meant. */
function Target({
  given,
  verb,
  asked,
  total,
}: {
  given: URLSearchParams
  verb: VerbName
  asked: Date
  total: number | undefined
}) {
  return (
    <>
      <input type="hidden" name="verb" value={verb} />
      <input type="hidden" name="asked" value={asked.toISOString()} />
      {total !== undefined && <input type="hidden" name="total" value={String(total)} />}
      {given.getAll("id").map((id) => (
        <input type="hidden" name="id" value={id} />
      ))}
      {conditionsOf(given).map(({ field, value }) => (
        <input type="hidden" name={field} value={value} />
      ))}
    </>
  )
}

const CHANGED_FIELDS = ["due", "priority", "toQueue", "tags"] as const

function Changes(properties: { view: View; given: URLSearchParams; error: FieldError | undefined }) {
  const { view, given, error } = properties
  const { jobs: text } = view.text
  const labels = { due: text.runAt, priority: text.priority, toQueue: text.queue, tags: text.tags }
  const hints = { due: text.runAtHint, priority: text.priorityHint, toQueue: undefined, tags: text.tagsHint }
  return (
    <>
      {error && !CHANGED_FIELDS.includes(error.field as never) && (
        <Notice kind="failure">{error.message}</Notice>
      )}
      {CHANGED_FIELDS.map((name) => (
        <Field
          name={name}
          label={labels[name]}
          hint={hints[name]}
          error={error?.field === name ? error.message : undefined}
        >
          {(attributes) => (
            <input {...attributes} type="text" value={given.get(name) ?? ""} autocomplete="off" />
          )}
        </Field>
      ))}
    </>
  )
}

function changesOf({ text }: View, form: URLSearchParams): JobChanges {
  const priority = numberOf(form, "priority", text.jobs.notNumber)
  const queue = textOf(form, "toQueue")
  const tags = tagsOf(form, "tags")
  return {
    ...dueOf(form, "due", text.jobs.notTime),
    ...(priority !== undefined && { priority }),
    ...(queue !== undefined && { queue }),
    ...(tags !== undefined && { tags }),
  }
}

/** Acts for some seconds, or until all is done. */
export const actAction: Action = {
  path: "/jobs/act",
  async act(view, form) {
    const verb = form.get("verb")
    if (!isVerb(verb)) return { to: view.href("/jobs") }
    try {
      return await actOnPart(view, verb, form)
    } catch (error) {
      return { to: view.href("/jobs"), page: await ask(view, verb, form, fieldErrorOf(error)) }
    }
  },
}

async function actOnPart(view: View, verb: VerbName, form: URLSearchParams): Promise<Acted> {
  const changes = verb === "update" ? changesOf(view, form) : {}
  const after = form.get("after")
  const options = { within: PART, ...(after && { after }) } as const
  const target = targetOf(verb, form, view.now)
  const result = target ? await actOnAll(view, verb, target, options, changes) : NOTHING
  const sum = (field: string, part: number) => String(Number(form.get(field) ?? 0) + part)
  const refused = [...form.getAll("refused"), ...result.refused.map(({ id, code }) => `${id}:${code}`)]
  const parameters: [string, string][] = [
    ["verb", verb],
    ["matched", sum("matched", result.matched)],
    ["changed", sum("changed", result.changed)],
    ...carried(form),
    ...refused.slice(0, MOST_REFUSED).map((one): [string, string] => ["refused", one]),
    ...(result.next === undefined ? [] : [["after", result.next] as [string, string]]),
  ]
  return { to: `${view.href("/jobs/acted")}?${new URLSearchParams(parameters)}` }
}

/** What the next part needs as well. */
export function carried(given: URLSearchParams): [string, string][] {
  const names = ["asked", "total", "id", ...CHANGED_FIELDS, ...FIELDS]
  return names.flatMap((name) =>
    given
      .getAll(name)
      .filter((value) => value !== "")
      .map((value): [string, string] => [name, value]),
  )
}

const FIELD_OF: Readonly<Record<string, string>> = {
  runAt: "due",
  delay: "due",
  priority: "priority",
  queue: "toQueue",
  tags: "tags",
}

/** Beside which field an error belongs. */
function fieldErrorOf(error: unknown): FieldError {
  if (error instanceof FieldError) return error
  if (!(error instanceof InvalidInputError)) throw error
  return new FieldError(FIELD_OF[String(error.path[1])] ?? "", error.message)
}

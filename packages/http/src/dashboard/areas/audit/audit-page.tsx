import type { ActionList, ListActionsOptions, RecordedAction, Via } from "@sluice/core"
import { BadFilter, reasonOf } from "../../components/bad-filter.tsx"
import { EmptyState } from "../../components/empty-state.tsx"
import { Filters, type SetFilter } from "../../components/filters.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { withoutPlace } from "../../components/places.ts"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import { nameOf } from "../../name-of.ts"
import type { Page, View } from "../../page.ts"

const PATH = "/audit"
const PARAMETERS = ["actor", "action", "via"] as const
const VIAS: readonly string[] = ["api", "dashboard", "cli", "library"] satisfies readonly Via[]

/** Who has done what, the latest first. */
export const auditPage: Page = {
  path: PATH,
  async render(view) {
    const { text } = view
    const filters = filtersOf(view)
    const list = await view.sluice.listActions(optionsOf(view.query)).catch(reasonOf)
    const body = (
      <>
        <PageHeader title={text.audit.title} lead={text.audit.lead} />
        {filters.length > 0 && <Filters view={view} path={PATH} filters={filters} />}
        <Found view={view} list={list} />
      </>
    )
    return { title: text.audit.title, body }
  },
}

/** As in the address: core says what can't be a value. */
function optionsOf(query: URLSearchParams): ListActionsOptions {
  const given = [...PARAMETERS, "after"].map((name) => [name, query.get(name)])
  return { ...Object.fromEntries(given.filter(([, value]) => value)), limit: 50 }
}

function isVia(text: string | null | undefined): text is Via {
  return VIAS.includes(text ?? "")
}

function filtersOf({ query, text }: View): SetFilter[] {
  return PARAMETERS.flatMap((parameter) => {
    const value = query.get(parameter)
    const shown = parameter === "via" && isVia(value) ? text.audit.vias[value] : value
    return shown ? [{ parameter, label: text.audit[parameter], value: shown }] : []
  })
}

/** The actions, or why the filter can't be used. */
function Found({ view, list }: { view: View; list: ActionList | string }) {
  if (typeof list === "string") return <BadFilter view={view} reason={list} />
  return list.actions.length === 0 ? <Nothing view={view} /> : <Actions view={view} list={list} />
}

function Actions({ view, list }: { view: View; list: ActionList }) {
  return (
    <>
      <Table
        view={view}
        caption={view.text.audit.title}
        columns={columnsOf(view)}
        rows={list.actions}
        rowId={({ id }) => id}
      />
      <Pagination view={view} path={PATH} next={list.next} />
    </>
  )
}

function columnsOf(view: View): Column<RecordedAction>[] {
  const { audit } = view.text
  return [
    { label: audit.when, cell: ({ at }) => <Time view={view} at={at} /> },
    {
      label: audit.actor,
      cell: ({ actor }) => (
        <span class="audit-actor">
          <Narrow view={view} parameter="actor" value={actor.id}>
            {nameOf(view, actor)}
          </Narrow>
        </span>
      ),
    },
    {
      label: audit.action,
      heading: true,
      cell: ({ action }) => (
        <Narrow view={view} parameter="action" value={action}>
          <code class="audit-word">{action}</code>
        </Narrow>
      ),
    },
    { label: audit.target, cell: ({ target }) => <Target target={target} /> },
    { label: audit.jobs, numeric: true, cell: (action) => <Jobs view={view} action={action} /> },
    { label: audit.via, cell: ({ via }) => <span class="audit-word">{audit.vias[via]}</span> },
    { label: audit.outcome, cell: (action) => <Outcome view={view} action={action} /> },
  ]
}

/** Shows only those with the same value. */
function Narrow(properties: { view: View; parameter: string; value: string; children: unknown }) {
  const { view, parameter, value, children } = properties
  const query = withoutPlace(view.query)
  return <a href={view.href(PATH, { ...query, [parameter]: value })}>{children}</a>
}

/** What an action is about, which stands before how it is done. */
const SUBJECTS = ["target", "job", "filter", "key", "batch", "token", "event", "workflow", "name"]

/** A filter, the name of a queue, the id of a job: what it is, and its value. */
function Target({ target }: { target: RecordedAction["target"] }) {
  const given = Object.entries(target).filter(([, value]) => value !== null)
  const subjects = given.filter(([name]) => SUBJECTS.includes(name))
  const others = given.filter(([name]) => !SUBJECTS.includes(name))
  return (
    <ul class="audit-target">
      {[...subjects, ...others].map(([name, value]) => (
        <li>
          {name !== "target" && <span class="muted">{name} </span>}
          <span>{shown(value)}</span>
        </li>
      ))}
    </ul>
  )
}

/** The fields of a filter without its punctuation. */
function shown(value: unknown): string {
  if (typeof value === "string") return value
  if (Array.isArray(value)) return value.map(shown).join(", ")
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  return Object.entries(value)
    .map(([name, field]) => `${name}: ${shown(field)}`)
    .join(", ")
}

function Jobs({ view, action: { matched, changed } }: { view: View; action: RecordedAction }) {
  const { format, text } = view
  if (matched === null) return <span class="muted">–</span>
  if (changed === matched || changed === null) return <>{format.number(matched)}</>
  return <>{fill(text.audit.someOf, { changed: format.number(changed), matched: format.number(matched) })}</>
}

/** In words, and with a color for those that didn't end well. */
function Outcome({ view, action: { outcome, detail } }: { view: View; action: RecordedAction }) {
  const { audit } = view.text
  if (outcome === "done") return <>{audit.done}</>
  if (outcome === null) return <span class="audit-open">{audit.notEnded}</span>
  const message = typeof detail?.message === "string" ? detail.message : ""
  return (
    <span class="audit-failed">
      {audit.failed}
      {message && <span class="audit-message">{message}</span>}
    </span>
  )
}

function Nothing({ view }: { view: View }) {
  const { audit } = view.text
  const isNarrowed = [...PARAMETERS, "after"].some((parameter) => view.query.has(parameter))
  return isNarrowed ? (
    <EmptyState title={audit.noneMatch}>
      <p>
        <a href={view.href(PATH)}>{audit.showAll}</a>
      </p>
    </EmptyState>
  ) : (
    <EmptyState title={audit.none}>
      <p>{audit.noneYet}</p>
    </EmptyState>
  )
}

import type { FilterValues, JobCount, JobCounts, JobList, JobState, ListedJob } from "@sluice/core"
import { ActionForm } from "../../components/action-form.tsx"
import { BadFilter, reasonOf } from "../../components/bad-filter.tsx"
import { EmptyState } from "../../components/empty-state.tsx"
import { Icon } from "../../components/icon.tsx"
import { Count, Duration } from "../../components/numbers.tsx"
import { ButtonLink, PageHeader, RemoveLink, Tabs } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { placesAround } from "../../components/places.ts"
import { StateBadge } from "../../components/state-badge.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { type Condition, conditionsOf, filterOf, inState, queryOf, without } from "./conditions.ts"
import { STATES_OF, VERBS } from "./verbs.ts"

/** The whole page has 300 ms. A list that didn't find enough by then says so, and leads on. */
const LOOK = "200ms"
const COUNT = "100ms"
const PAGE = 50
const MOST_COUNTED = 10_000

const TABS = [
  undefined,
  "running",
  "ready",
  "scheduled",
  "blocked",
  "waiting",
  "succeeded",
  "discarded",
  "canceled",
] as const satisfies readonly (JobState | undefined)[]

export const listPage: Page = {
  path: "/jobs",
  async render(view) {
    const conditions = conditionsOf(view.query)
    const [list, counts, values] = await Promise.all([
      readList(view, conditions),
      countStates(view, conditions),
      view.sluice.getFilterValues(),
    ])
    return { title: view.text.jobs.title, body: <Jobs {...{ view, conditions, list, counts, values }} /> }
  },
}

/** The jobs, or why the filter can't be used. */
async function readList(
  { sluice, query, now }: View,
  conditions: readonly Condition[],
): Promise<JobList | string> {
  const after = query.get("after")
  const options = { limit: PAGE, within: LOOK, ...(after !== null && { after }) } as const
  return sluice.listJobs(filterOf(conditions, now), options).catch(reasonOf)
}

/** Of all states, whichever the list shows. */
async function countStates(
  { sluice, now }: View,
  conditions: readonly Condition[],
): Promise<JobCounts | undefined> {
  const filter = filterOf(inState(conditions, undefined), now)
  const counts = await sluice.countJobs(filter, { limit: MOST_COUNTED, within: COUNT }).catch(reasonOf)
  return typeof counts === "string" ? undefined : counts
}

interface Parts {
  readonly view: View
  readonly conditions: readonly Condition[]
  readonly list: JobList | string
  readonly counts: JobCounts | undefined
  readonly values: FilterValues
}

function Jobs({ view, conditions, list, counts, values }: Parts) {
  const { jobs: text } = view.text
  return (
    <>
      <PageHeader title={text.title} lead={leadOf(view, conditions)}>
        {view.may("operator") && (
          <ButtonLink href={view.href("/jobs/new")} kind="primary">
            <Icon name="plus" />
            {text.enqueue}
          </ButtonLink>
        )}
      </PageHeader>
      <Search view={view} conditions={conditions} values={values} />
      <StateTabs view={view} conditions={conditions} counts={counts} />
      {typeof list === "string" ? (
        <BadFilter view={view} reason={list} />
      ) : (
        <Found view={view} conditions={conditions} list={list} />
      )}
    </>
  )
}

function leadOf({ text }: View, conditions: readonly Condition[]): string {
  const states = conditions.filter(({ field }) => field === "state").map(({ value }) => value)
  const isByEnd = states.length === 1 && (states[0] === "discarded" || states[0] === "canceled")
  return isByEnd ? text.jobs.leadEnded : text.jobs.lead
}

function Search({ view, conditions, values }: Pick<Parts, "view" | "conditions" | "values">) {
  const { jobs: text } = view.text
  return (
    <search class="job-search">
      <form method="get" action={view.href("/jobs")} class="inline">
        {conditions.map(({ field, value }) => (
          <input type="hidden" name={field} value={value} />
        ))}
        <label for="q" class="visually-hidden">
          {text.searchLabel}
        </label>
        <input
          id="q"
          name="q"
          type="search"
          list="filter-values"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="search-hint"
          data-search
        />
        <datalist id="filter-values">
          {values.names.map((name) => (
            <option value={`name:${name}`} />
          ))}
          {values.queues.map((queue) => (
            <option value={`queue:${queue}`} />
          ))}
          {values.tags.map((tag) => (
            <option value={`tag:${/\s/.test(tag) ? `"${tag}"` : tag}`} />
          ))}
          {values.metadata.filter(isTyped).map((key) => (
            <option value={`metadata.${key}:`} />
          ))}
        </datalist>
        <button type="submit" class="button">
          <Icon name="search" />
          {text.add}
        </button>
      </form>
      <div id="search-hint" class="hint">
        <code>{text.searchHint}</code>
      </div>
      <Badges view={view} conditions={conditions} />
    </search>
  )
}

/** The search field takes it as one step of a path. */
function isTyped(key: string): boolean {
  return !/[\s:.]/.test(key)
}

/** Of more there are none: each links to an address with all the others. */
const MOST_BADGES = 50

function Badges({ view, conditions }: Pick<Parts, "view" | "conditions">) {
  const { jobs: text } = view.text
  const shown = conditions.filter(({ field }) => field !== "state")
  if (shown.length === 0) return null
  const badges = shown.length > MOST_BADGES ? [] : shown
  return (
    <fieldset class="filters" aria-label={text.conditions}>
      {badges.map((condition) => {
        const label = `${text.fields[condition.field]}: ${condition.value}`
        return (
          <span class="filter">
            <span>
              <bdi>{label}</bdi>
            </span>
            <RemoveLink
              href={view.href("/jobs") + queryOf(without(conditions, condition))}
              label={fill(text.remove, { filter: label })}
            />
          </span>
        )
      })}
      {shown.length > 1 && <a href={view.href("/jobs")}>{text.clear}</a>}
    </fieldset>
  )
}

function StateTabs({ view, conditions, counts }: Pick<Parts, "view" | "conditions" | "counts">) {
  const states = conditions.filter(({ field }) => field === "state").map(({ value }) => value)
  const tabs = TABS.map((state) => ({
    href: view.href("/jobs") + queryOf(inState(conditions, state)),
    label: state === undefined ? view.text.jobs.all : view.text.states[state],
    count: countOf(view, state === undefined ? counts : counts?.states[state]),
    current: state === undefined ? states.length === 0 : states.length === 1 && states[0] === state,
  }))
  return <Tabs label={view.text.jobs.states} tabs={tabs} />
}

/** Nothing where counting has found none before its time was over: `0+` would tell nothing. */
function countOf(view: View, count: JobCount | undefined) {
  if (count === undefined || (count.count === 0 && count.hasMore)) return undefined
  return <Count view={view} value={count.count} capped={count.hasMore} />
}

function Found({ view, conditions, list }: Pick<Parts, "view" | "conditions"> & { list: JobList }) {
  const { jobs, next } = list
  if (jobs.length === 0) return <NoneFound view={view} conditions={conditions} next={next} />
  const table = (
    <div class="job-list">
      <Table
        view={view}
        caption={view.text.jobs.list}
        columns={columnsOf(view)}
        rows={jobs}
        rowId={({ id }) => id}
        rowHref={({ id }) => view.href(`/jobs/${id}`)}
      />
    </div>
  )
  return (
    <>
      {view.may("operator") ? (
        <ActionForm view={view} path="/jobs/ask" class="job-actions">
          <ActionBar view={view} conditions={conditions} />
          {table}
        </ActionForm>
      ) : (
        table
      )}
      <Pagination
        view={view}
        path="/jobs"
        next={next}
        hrefOf={(place) => view.href("/jobs") + queryOf(conditions, { ...place })}
      />
    </>
  )
}

/** What is done with the checked jobs, or with all that match; a page asks before it is done. */
function ActionBar({ view, conditions }: Pick<Parts, "view" | "conditions">) {
  const { jobs: text } = view.text
  const wanted = conditions.filter(({ field }) => field === "state").map(({ value }) => value)
  const verbs = VERBS.filter(
    (verb) =>
      wanted.length === 0 || (verb !== "erase" && STATES_OF[verb].some((state) => wanted.includes(state))),
  )
  return (
    <div class="action-bar">
      {conditions.map(({ field, value }) => (
        <input type="hidden" name={`filter.${field}`} value={value} />
      ))}
      <fieldset class="scope">
        <legend class="visually-hidden">{text.act}</legend>
        <label class="choice">
          <input type="radio" name="scope" value="selection" checked />
          {text.selection} <span class="number muted" data-selected-count />
        </label>
        <label class="choice">
          <input type="radio" name="scope" value="all" />
          {text.everything}
        </label>
      </fieldset>
      <div class="verbs">
        {verbs.map((verb) => (
          <button
            type="submit"
            name="verb"
            value={verb}
            class={verb === "delete" || verb === "erase" ? "button small danger" : "button small"}
          >
            {text.verbs[verb]}
          </button>
        ))}
      </div>
    </div>
  )
}

function columnsOf(view: View): Column<ListedJob>[] {
  const { jobs: text } = view.text
  const select: Column<ListedJob> = {
    label: <input type="checkbox" aria-label={text.columns.select} data-select-all />,
    cell: ({ id }) => (
      <input type="checkbox" name="id" value={id} aria-label={fill(text.selectOne, { id })} data-select />
    ),
    phoneLabel: "",
  }
  const columns: Column<ListedJob>[] = [
    {
      label: text.columns.job,
      heading: true,
      cell: ({ id, name, tags }) => (
        <div class="job-name">
          <a href={view.href(`/jobs/${id}`)}>
            <bdi>{name}</bdi> <span class="muted number ltr">{id}</span>
          </a>
          <Tags view={view} tags={tags} most={MOST_TAGS} />
        </div>
      ),
    },
    { label: text.columns.state, cell: ({ state }) => <StateBadge view={view} state={state} /> },
    {
      label: text.columns.queue,
      cell: ({ queue }) => <a href={view.href("/jobs", { queue })}>{queue}</a>,
    },
    { label: text.columns.attempts, numeric: true, cell: (job) => attemptsOf(view, job) },
    { label: text.columns.when, cell: (job) => <When view={view} job={job} /> },
    {
      label: text.columns.took,
      numeric: true,
      cell: ({ durationMs }) => <Duration view={view} ms={durationMs} />,
    },
  ]
  return view.may("operator") ? [select, ...columns] : columns
}

/** Of a job in the list. */
const MOST_TAGS = 5

/** The tags of a job, as links to those with the same one. `most` is how many are shown. */
export function Tags({ view, tags, most }: { view: View; tags: readonly string[]; most?: number }) {
  if (tags.length === 0) return null
  const more = tags.length - (most ?? tags.length)
  return (
    <span class="tags">
      {tags.slice(0, most).map((tag) => (
        <a class="pill" href={view.href("/jobs", { tag })}>
          <bdi>{tag}</bdi>
        </a>
      ))}
      {more > 0 && <span class="muted">{`+${view.format.number(more)}`}</span>}
    </span>
  )
}

export function attemptsOf(
  { text, format }: View,
  { attempts, maxAttempts }: Pick<ListedJob, "attempts" | "maxAttempts">,
): string {
  if (maxAttempts === null) return format.number(attempts)
  return fill(text.jobs.attemptsOf, { attempts: format.number(attempts), most: format.number(maxAttempts) })
}

/** When it ended, or else is due. */
function When({ view, job }: { view: View; job: ListedJob }) {
  const { jobs: text } = view.text
  const [before, after = ""] = (job.finishedAt ? text.ended : text.due).split("{when}")
  return (
    <span>
      <span class="muted">{before}</span>
      <Time view={view} at={job.finishedAt ?? job.runAt} />
      <span class="muted">{after}</span>
    </span>
  )
}

function NoneFound({
  view,
  conditions,
  next,
}: Pick<Parts, "view" | "conditions"> & { next: string | undefined }) {
  const { jobs: text } = view.text
  if (next !== undefined)
    return (
      <EmptyState title={text.noneMatch}>
        <p>{text.lookFurther}</p>
        <ButtonLink
          href={view.href("/jobs") + queryOf(conditions, { ...placesAround(view.query, next).next })}
        >
          {text.lookOn}
        </ButtonLink>
      </EmptyState>
    )
  if (conditions.length > 0 || view.query.has("after"))
    return (
      <EmptyState title={text.noneMatch}>
        <p>{text.noneMatchHint}</p>
        {conditions.some(({ field }) => field === "metadata") && <p>{text.metadataIsText}</p>}
        <ButtonLink href={view.href("/jobs")}>{text.clear}</ButtonLink>
      </EmptyState>
    )
  return (
    <EmptyState title={text.noneYet}>
      <p>{text.noneYetHint}</p>
      {view.may("operator") && (
        <ButtonLink href={view.href("/jobs/new")} kind="primary">
          {text.enqueue}
        </ButtonLink>
      )}
    </EmptyState>
  )
}

import type { KnownEvent, OpenWait } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { ButtonLink, PageHeader, Panel } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { capped } from "../parts/counts.ts"
import { JobLink } from "../parts/job-link.tsx"

/** Where counts of jobs that wait for an event stop. */
const MOST_COUNTED = 10_000

export const waitsPage: Page = {
  path: "/waits",
  async render(view) {
    const { sluice, text, query } = view
    const after = query.get("after")
    const [{ waits, next }, events] = await Promise.all([
      sluice.listWaits({ limit: 50, ...(after && { after }) }),
      sluice.listEvents(),
    ])
    return {
      title: text.waits.title,
      body: (
        <>
          <PageHeader title={text.waits.title} lead={text.waits.lead}>
            {view.may("operator") && (
              <ButtonLink href={view.href("/waits/emit")}>{text.waits.emit}</ButtonLink>
            )}
          </PageHeader>
          {waits.length === 0 ? (
            <EmptyState title={text.waits.emptyTitle}>
              <p>{text.waits.empty}</p>
            </EmptyState>
          ) : (
            <Table
              view={view}
              caption={text.waits.title}
              columns={columnsOf(view)}
              rows={waits}
              rowId={({ jobId, key }) => `${jobId}-${encodeURIComponent(key)}`}
              rowHref={({ jobId }) => view.href(`/jobs/${jobId}`)}
            />
          )}
          <Pagination view={view} path="/waits" next={next} />
          <Events view={view} events={events} />
        </>
      ),
    }
  },
}

function columnsOf(view: View): Column<OpenWait>[] {
  const text = view.text.waits
  return [
    {
      label: text.waitsFor,
      heading: true,
      cell: (wait) => (
        <div class="wait">
          <What view={view} wait={wait} />
          {!wait.waiting && <span class="muted">{text.opened}</span>}
        </div>
      ),
    },
    {
      label: text.job,
      cell: ({ jobId, jobName }) => (
        <span>
          {jobName} <JobLink view={view} id={jobId} />
        </span>
      ),
    },
    { label: text.since, cell: ({ since }) => <Time view={view} at={since} /> },
    { label: text.until, cell: ({ until }) => <Time view={view} at={until} /> },
    ...(view.may("operator") ? [completeColumn(view)] : []),
  ]
}

function completeColumn(view: View): Column<OpenWait> {
  const text = view.text.waits
  return {
    label: <span class="visually-hidden">{text.complete}</span>,
    cell: ({ kind, key }) =>
      kind === "token" && (
        <a class="button small" href={view.href("/waits/complete", { token: key })}>
          {text.complete}
          <span class="visually-hidden"> {key}</span>
        </a>
      ),
  }
}

function What({ view, wait: { kind, key, event, match, batchId } }: { view: View; wait: OpenWait }) {
  const text = view.text.waits
  if (kind === "token")
    return (
      <span>
        {text.token} <code>{key}</code>
      </span>
    )
  if (kind === "batch")
    return <a href={view.href(`/batches/${batchId}`)}>{fill(text.batch, { id: batchId ?? "" })}</a>
  const hasMatch = match !== null && Object.keys(match).length > 0
  return (
    <span>
      {text.event} <code>{event}</code>
      {hasMatch && (
        <>
          {" "}
          <span class="muted">{text.match}</span> <code>{JSON.stringify(match)}</code>
        </>
      )}
    </span>
  )
}

function Events({ view, events }: { view: View; events: readonly KnownEvent[] }) {
  const text = view.text.waits
  if (events.length === 0)
    return (
      <Panel id="events" title={text.events}>
        <p class="muted">{text.noEvents}</p>
      </Panel>
    )
  return (
    <Panel id="events" title={text.events}>
      <p class="muted">{text.eventsLead}</p>
      <Table
        view={view}
        caption={text.events}
        columns={[
          { label: text.event, heading: true, cell: ({ name }) => <code>{name}</code> },
          {
            label: text.subscribers,
            cell: ({ subscribers }) =>
              subscribers.length === 0 ? text.nobody : view.format.list(subscribers),
          },
          {
            label: text.waiting,
            numeric: true,
            cell: ({ waiting }) => capped(view, waiting, MOST_COUNTED),
          },
          ...(view.may("operator") ? [emitColumn(view)] : []),
        ]}
        rows={events}
        rowId={({ name }) => `event-${name}`}
      />
    </Panel>
  )
}

function emitColumn(view: View): Column<KnownEvent> {
  const text = view.text.waits
  return {
    label: <span class="visually-hidden">{text.emit}</span>,
    cell: ({ name }) => (
      <a class="button small" href={view.href("/waits/emit", { event: name })}>
        {text.emitNow}
        <span class="visually-hidden"> {name}</span>
      </a>
    ),
  }
}

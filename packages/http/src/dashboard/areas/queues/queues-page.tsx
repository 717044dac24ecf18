import type { QueueSnapshot, Series } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Count } from "../../components/numbers.tsx"
import { ButtonLink, PageHeader } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { PauseBadge } from "../../components/pause-form.tsx"
import { type Column, Table } from "../../components/table.tsx"
import type { Page, View } from "../../page.ts"
import { since } from "../parts/counts.ts"
import { estimated } from "./estimated.ts"
import { queuePath } from "./queue-path.ts"
import { QueueSeries } from "./queue-series.tsx"

const PAGE_SIZE = 100

export const queuesPage: Page = {
  path: "/queues",
  async render(view) {
    const { sluice, text, query } = view
    const [found, { series }] = await Promise.all([
      sluice.sampleQueues(),
      sluice.listSeries({ by: "queue", step: "5m" }),
    ])
    const after = query.get("after") ?? ""
    const left = found.filter(({ name }) => name > after)
    const queues = left.slice(0, PAGE_SIZE)
    return {
      title: text.queues.title,
      body: (
        <>
          <PageHeader title={text.queues.title} lead={text.queues.lead} />
          {queues.some(({ isEstimate }) => isEstimate) && <p class="muted">{text.queues.estimates}</p>}
          {queues.length === 0 ? (
            <Empty view={view} />
          ) : (
            <Table
              view={view}
              caption={text.queues.title}
              columns={columnsOf(view, series)}
              rows={queues}
              rowId={({ name }) => name}
              rowHref={({ name }) => view.href(queuePath(name))}
            />
          )}
          <Pagination
            view={view}
            path="/queues"
            next={left.length > PAGE_SIZE ? queues.at(-1)?.name : undefined}
          />
        </>
      ),
    }
  },
}

function Empty({ view }: { view: View }) {
  const { emptyTitle, empty, enqueue } = view.text.queues
  return (
    <EmptyState title={emptyTitle}>
      <p>{empty}</p>
      {view.may("operator") && <ButtonLink href={view.href("/jobs/new")}>{enqueue}</ButtonLink>}
    </EmptyState>
  )
}

function columnsOf(view: View, series: readonly Series[]): Column<QueueSnapshot>[] {
  const text = view.text.queues
  const counts = (["ready", "scheduled", "blocked"] as const).map((state) => ({
    label: text[state],
    numeric: true,
    cell: (queue: QueueSnapshot) => estimated(view, queue, state),
  }))
  return [
    { label: text.name, heading: true, cell: (queue) => <Name view={view} queue={queue} /> },
    ...counts,
    { label: text.running, numeric: true, cell: ({ running }) => <Count view={view} value={running} /> },
    {
      label: text.oldest,
      numeric: true,
      cell: ({ oldestReadyAt }) => (oldestReadyAt ? since(view, oldestReadyAt) : "–"),
    },
    {
      label: text.lastHour,
      wide: true,
      cell: ({ name }) => <QueueSeries view={view} series={series.find(({ of }) => of === name)} />,
    },
  ]
}

function Name({ view, queue }: { view: View; queue: QueueSnapshot }) {
  const { name, paused, pausedUntil, waitingLimit } = queue
  return (
    <span class="row">
      <a href={view.href(queuePath(name))}>{name}</a>
      {paused && <PauseBadge view={view} until={pausedUntil} />}
      {waitingLimit !== null && (
        <span class="pill ltr" title={view.text.queues.limit}>
          ≤ {view.format.number(waitingLimit)}
        </span>
      )}
    </span>
  )
}

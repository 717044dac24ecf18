import type { ListedBatch, Sluice } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { PageHeader, Tabs } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import type { Page, View } from "../../page.ts"
import { batchPath } from "./batch-path.ts"
import { BatchProgress } from "./batch-progress.tsx"
import { BatchState } from "./batch-state.tsx"

const STATES = ["open", "succeeded", "failed"] as const

export const batchesPage: Page = {
  path: "/batches",
  async render(view) {
    const { sluice, text, query } = view
    const state = STATES.find((one) => one === query.get("state"))
    const after = query.get("after")
    const { batches, next } = await readPage(sluice, { ...(state && { state }), ...(after && { after }) })
    return {
      title: text.batches.title,
      body: (
        <>
          <PageHeader title={text.batches.title} lead={text.batches.lead} />
          <Tabs label={text.batches.state} tabs={tabsOf(view, state)} />
          {batches.length > 0 ? (
            <Batches view={view} batches={batches} />
          ) : (
            <EmptyState title={text.batches.emptyTitle}>
              <p>{next === undefined ? text.batches.empty : text.batches.partial}</p>
            </EmptyState>
          )}
          <Pagination view={view} path="/batches" next={next} />
        </>
      ),
    }
  },
}

/** A place that a reader has made up is the first page. */
function readPage(sluice: Sluice, { after, ...options }: { state?: ListedBatch["state"]; after?: string }) {
  const isPlace = after !== undefined && /^[1-9]\d{0,17}$/.test(after)
  return sluice.listBatches({ ...options, limit: 50, ...(isPlace && { after }) })
}

function tabsOf(view: View, current: ListedBatch["state"] | undefined) {
  const text = view.text.batches
  return [
    { href: view.href("/batches"), label: text.all, current: current === undefined },
    ...STATES.map((state) => ({
      href: view.href("/batches", { state }),
      label: text.states[state],
      current: state === current,
    })),
  ]
}

/** A list of batches. */
export function Batches({ view, batches }: { view: View; batches: readonly ListedBatch[] }) {
  return (
    <Table
      view={view}
      caption={view.text.batches.title}
      columns={columnsOf(view)}
      rows={batches}
      rowId={({ id }) => id}
      rowHref={({ id }) => view.href(batchPath(id))}
    />
  )
}

function columnsOf(view: View): Column<ListedBatch>[] {
  const text = view.text.batches
  return [
    {
      label: text.batch,
      heading: true,
      cell: ({ id, workflow }) => (
        <span class="row">
          <a class="number" href={view.href(batchPath(id))}>
            {id}
          </a>
          {workflow !== null && <span>{workflow}</span>}
        </span>
      ),
    },
    { label: text.state, cell: ({ state }) => <BatchState view={view} state={state} /> },
    { label: text.progress, cell: (batch) => <BatchProgress view={view} batch={batch} /> },
    { label: text.created, cell: ({ createdAt }) => <Time view={view} at={createdAt} /> },
    { label: text.finished, cell: ({ finishedAt }) => <Time view={view} at={finishedAt} /> },
  ]
}

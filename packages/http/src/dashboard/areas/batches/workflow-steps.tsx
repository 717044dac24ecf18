import type { StepSnapshot, WorkflowSnapshot } from "@sluice/core"
import { StateBadge } from "../../components/state-badge.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import { JobLink } from "../parts/job-link.tsx"
import { batchPath } from "./batch-path.ts"

const PAGE_SIZE = 50
/** How many parents of a step are named. */
const MOST_PARENTS = 5

/** The steps of a workflow in their order, page by page. */
export function WorkflowSteps({ view, flow }: { view: View; flow: WorkflowSnapshot }) {
  const from = Math.min(Number(/^\d{1,6}$/.exec(view.query.get("from") ?? "")?.[0] ?? 0), flow.steps.length)
  const known = new Map(flow.steps.map((step) => [step.step, step]))
  return (
    <>
      <Table
        view={view}
        caption={view.text.batches.steps}
        columns={columnsOf(view, known)}
        rows={flow.steps.slice(from, from + PAGE_SIZE)}
        rowId={({ step }) => `step-${encodeURIComponent(step)}`}
        rowHref={({ id }) => view.href(`/jobs/${id}`)}
      />
      {flow.steps.length > from + PAGE_SIZE && (
        <div class="actions">
          <a
            class="button"
            href={`${view.href(batchPath(flow.id), { from: String(from + PAGE_SIZE) })}#steps`}
          >
            {view.text.batches.moreSteps}
          </a>
        </div>
      )}
    </>
  )
}

function columnsOf(view: View, known: ReadonlyMap<string, StepSnapshot>): Column<StepSnapshot>[] {
  const text = view.text.batches
  return [
    {
      label: text.step,
      heading: true,
      cell: ({ step, id }) => <a href={view.href(`/jobs/${id}`)}>{step}</a>,
    },
    {
      label: text.state,
      cell: ({ state, reason }) => (
        <span class="row">
          {state === null ? <span class="muted">{text.gone}</span> : <StateBadge view={view} state={state} />}
          {reason !== null && <span class="muted">{text[reason]}</span>}
        </span>
      ),
    },
    {
      label: text.job,
      cell: ({ id, name }) => (
        <span>
          {name} <JobLink view={view} id={id} />
        </span>
      ),
    },
    {
      label: text.after,
      cell: ({ after }) =>
        after.length === 0 ? (
          <span class="muted">{text.first}</span>
        ) : (
          <Parents view={view} after={after} known={known} />
        ),
    },
  ]
}

function Parents(properties: {
  view: View
  after: readonly string[]
  known: ReadonlyMap<string, StepSnapshot>
}) {
  const { view, after, known } = properties
  return (
    <span class="row">
      {after.slice(0, MOST_PARENTS).map((parent) => (
        <a href={view.href(`/jobs/${known.get(parent)?.id ?? parent}`)}>
          {known.has(parent) ? parent : fill(view.text.batches.outside, { id: parent })}
        </a>
      ))}
      {after.length > MOST_PARENTS && (
        <span class="muted">{view.format.counted(view.text.shell.more, after.length - MOST_PARENTS)}</span>
      )}
    </span>
  )
}

import type { ScheduleSnapshot } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { ButtonLink, PageHeader } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { StateBadge } from "../../components/state-badge.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import type { Page, View } from "../../page.ts"
import { JobLink } from "../parts/job-link.tsx"
import { formPage, newSchedule } from "./schedule-form.tsx"
import { schedulePath } from "./schedule-path.ts"
import { ScheduleState } from "./schedule-state.tsx"
import { TickOutcome } from "./tick-outcome.tsx"
import { Timing } from "./timing.tsx"

const PAGE_SIZE = 50

/** The list; with `new` in the query, the form, because any word may be the key of a schedule. */
export const schedulesPage: Page = {
  path: "/schedules",
  async render(view) {
    const { sluice, text, query } = view
    if (query.has("new") && view.may("operator")) return formPage(view, newSchedule())
    const after = query.get("after")
    const found = await sluice.listSchedules({ limit: PAGE_SIZE + 1, ...(after && { after }) })
    const schedules = found.slice(0, PAGE_SIZE)
    return {
      title: text.schedules.title,
      body: (
        <>
          <PageHeader title={text.schedules.title} lead={text.schedules.lead}>
            {view.may("operator") && (
              <ButtonLink href={view.href("/schedules", { new: "1" })} kind="primary">
                {text.schedules.create}
              </ButtonLink>
            )}
          </PageHeader>
          {schedules.length === 0 ? (
            <EmptyState title={text.schedules.emptyTitle}>
              <p>{text.schedules.empty}</p>
            </EmptyState>
          ) : (
            <Table
              view={view}
              caption={text.schedules.title}
              columns={columnsOf(view)}
              rows={schedules}
              rowId={({ key }) => key}
              rowHref={({ key }) => view.href(schedulePath(key))}
            />
          )}
          <Pagination
            view={view}
            path="/schedules"
            next={found.length > PAGE_SIZE ? schedules.at(-1)?.key : undefined}
          />
        </>
      ),
    }
  },
}

function columnsOf(view: View): Column<ScheduleSnapshot>[] {
  const text = view.text.schedules
  return [
    {
      label: text.key,
      heading: true,
      cell: ({ key, dynamic }) => (
        <span class="row">
          <a href={view.href(schedulePath(key))}>{key}</a>
          {!dynamic && (
            <span class="pill" title={text.inCodeHint}>
              {text.inCode}
            </span>
          )}
        </span>
      ),
    },
    { label: text.job, cell: ({ name }) => name },
    { label: text.when, cell: (schedule) => <Timing view={view} schedule={schedule} /> },
    { label: text.next, cell: ({ next }) => <Time view={view} at={next[0]} /> },
    { label: text.last, cell: ({ runs }) => <LastRun view={view} run={runs[0]} /> },
    { label: text.state, cell: (schedule) => <ScheduleState view={view} schedule={schedule} /> },
  ]
}

function LastRun({ view, run }: { view: View; run: ScheduleSnapshot["runs"][number] | undefined }) {
  if (!run) return <span class="muted">–</span>
  return (
    <span class="row">
      <Time view={view} at={run.tick} />
      {run.jobState === null ? (
        <TickOutcome view={view} outcome={run.outcome} />
      ) : (
        <StateBadge view={view} state={run.jobState} />
      )}
      {run.jobId !== null && <JobLink view={view} id={run.jobId} />}
    </span>
  )
}

import type { ScheduleRun, ScheduleSnapshot, TickList } from "@sluice/core"
import { ActionButton } from "../../components/action-form.tsx"
import { Confirm } from "../../components/confirm.tsx"
import { EmptyState } from "../../components/empty-state.tsx"
import { Json } from "../../components/json.tsx"
import { ButtonLink, Facts, PageHeader, Panel } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { PauseForm } from "../../components/pause-form.tsx"
import { StateBadge } from "../../components/state-badge.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, Rendered, View } from "../../page.ts"
import { JobLink } from "../parts/job-link.tsx"
import { clockChanges } from "./clock-changes.ts"
import { filledFrom, formPage } from "./schedule-form.tsx"
import { schedulePath } from "./schedule-path.ts"
import { ScheduleState } from "./schedule-state.tsx"
import { TickOutcome } from "./tick-outcome.tsx"
import { Timing } from "./timing.tsx"

/** One schedule; with `edit` or `delete` in the query, the form that does it: a key may end with any word. */
export const schedulePage: Page = {
  path: "/schedules/:key{.+}",
  async render(view, { key = "" }) {
    const { sluice, text, query } = view
    const after = query.get("after")
    const isPlace = after !== null && /^\d{1,17}$/.test(after)
    const [schedule, ticks] = await Promise.all([
      sluice.getSchedule(key),
      sluice.listTicks(key, isPlace ? { after } : {}),
    ])
    const back = { href: view.href("/schedules"), label: text.schedules.title }
    if (!schedule)
      return {
        title: key,
        status: 404,
        body: (
          <>
            <PageHeader title={key} back={back} />
            <EmptyState title={fill(text.schedules.notFound, { key })} />
          </>
        ),
      }
    const mayChange = view.may("operator") && schedule.dynamic
    if (mayChange && query.has("edit")) return formPage(view, filledFrom(view, schedule))
    if (mayChange && query.has("delete")) return deletePage(view, schedule)
    return {
      title: key,
      body: (
        <>
          <PageHeader title={key} back={back} lead={<Lead view={view} schedule={schedule} />}>
            {view.may("operator") && <Actions view={view} schedule={schedule} />}
          </PageHeader>
          {view.may("operator") && !schedule.dynamic && <p class="muted">{text.schedules.inCodeHint}</p>}
          <div class="grid">
            <NextTicks view={view} schedule={schedule} />
            <Settings view={view} schedule={schedule} />
          </div>
          <LastTicks view={view} path={schedulePath(key)} ticks={ticks} />
        </>
      ),
    }
  },
}

function Lead({ view, schedule }: { view: View; schedule: ScheduleSnapshot }) {
  return (
    <span class="row">
      <ScheduleState view={view} schedule={schedule} />
      <Timing view={view} schedule={schedule} />
    </span>
  )
}

function Actions({
  view,
  schedule: { key, dynamic, enabled, paused },
}: {
  view: View
  schedule: ScheduleSnapshot
}) {
  const text = view.text.schedules
  const path = schedulePath(key)
  return (
    <>
      <ActionButton view={view} path={`${path}/run`} label={text.run} />
      <PauseForm view={view} paused={paused} pausePath={`${path}/pause`} resumePath={`${path}/resume`} />
      {dynamic && (
        <>
          <ActionButton
            view={view}
            path={`${path}/${enabled ? "off" : "on"}`}
            label={enabled ? text.turnOff : text.turnOn}
          />
          <ButtonLink href={view.href(path, { edit: "1" })}>{text.edit}</ButtonLink>
          <a class="button danger" href={view.href(path, { delete: "1" })} data-dialog>
            {text.remove}
          </a>
        </>
      )}
    </>
  )
}

function deletePage(view: View, { key }: ScheduleSnapshot): Rendered {
  const text = view.text.schedules
  const title = fill(text.removeTitle, { key })
  return {
    title,
    isLive: false,
    body: (
      <Confirm
        view={view}
        title={title}
        path={`${schedulePath(key)}/delete`}
        label={text.remove}
        danger
        back={view.href(schedulePath(key))}
      >
        <p>{text.removeLead}</p>
      </Confirm>
    ),
  }
}

function NextTicks({ view, schedule: { next, cron, timeZone } }: { view: View; schedule: ScheduleSnapshot }) {
  const text = view.text.schedules
  const changes = cron === null ? [] : clockChanges(next, view.now, timeZone)
  return (
    <Panel id="next" title={text.nextTicks}>
      {next.length === 0 ? (
        <p class="muted">{text.noTicks}</p>
      ) : (
        <ol class="ticks">
          {next.map((tick, place) => (
            <li>
              <Time view={view} at={tick} exact /> <span class="muted">{view.format.relative(tick)}</span>
              {changes[place] && (
                <span class="clock-change">{fill(text.clockChange, { ...changes[place] })}</span>
              )}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

function Settings({ view, schedule }: { view: View; schedule: ScheduleSnapshot }) {
  const text = view.text.schedules
  const { name, timeZone, cron, jitter, startsAt, endsAt, catchUp, overlap, options, updatedAt } = schedule
  const within = catchUp.within === null ? "" : ` (${catchUp.within})`
  return (
    <Panel id="settings" title={text.settings}>
      <Facts
        facts={[
          [text.job, <a href={view.href(`/names/${encodeURIComponent(name)}`)}>{name}</a>],
          [text.timeZone, cron === null ? undefined : timeZone],
          [text.jitter, String(jitter) === "0" ? undefined : String(jitter)],
          [text.starts, startsAt ? <Time view={view} at={startsAt} exact /> : undefined],
          [text.ends, endsAt ? <Time view={view} at={endsAt} exact /> : undefined],
          [text.catchUp, `${text.catchUps[catchUp.policy]}${within}`],
          [text.overlap, text.overlaps[overlap]],
          [text.changed, <Time view={view} at={updatedAt} />],
        ]}
      />
      <Json
        view={view}
        label={text.payload}
        value={view.redact(schedule.payload, { kind: "payload", jobName: name })}
      />
      {Object.keys(options).length > 0 && <Json view={view} label={text.options} value={options} />}
    </Panel>
  )
}

function LastTicks({ view, path, ticks }: { view: View; path: string; ticks: TickList }) {
  const text = view.text.schedules
  return (
    <section class="stack" aria-labelledby="ticks">
      <h2 id="ticks">{text.lastTicks}</h2>
      {ticks.ticks.length === 0 ? (
        <p class="muted">{text.noLastTicks}</p>
      ) : (
        <Table
          view={view}
          caption={text.lastTicks}
          columns={tickColumns(view)}
          rows={ticks.ticks}
          rowId={({ tick }) => tick.toISOString()}
        />
      )}
      <Pagination view={view} path={path} next={ticks.next} />
    </section>
  )
}

function tickColumns(view: View): Column<ScheduleRun>[] {
  const text = view.text.schedules
  return [
    {
      label: text.tick,
      heading: true,
      cell: ({ tick, requested }) => (
        <span class="row">
          <Time view={view} at={tick} exact />
          {requested && <span class="pill">{text.requested}</span>}
        </span>
      ),
    },
    { label: text.outcome, cell: ({ outcome }) => <TickOutcome view={view} outcome={outcome} /> },
    {
      label: text.itsJob,
      cell: ({ jobId, jobState }) =>
        jobId === null ? (
          <span class="muted">–</span>
        ) : (
          <span class="row">
            <JobLink view={view} id={jobId} />
            {jobState !== null && <StateBadge view={view} state={jobState} />}
          </span>
        ),
    },
    { label: text.details, cell: ({ error }) => error },
  ]
}

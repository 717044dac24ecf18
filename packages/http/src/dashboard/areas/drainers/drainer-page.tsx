import type { DrainerDetails, Invocation } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Count } from "../../components/numbers.tsx"
import { Facts, PageHeader, Panel } from "../../components/page-header.tsx"
import { Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import { logStreamLink } from "../../log-link.ts"
import type { Page, View } from "../../page.ts"
import { JobLink } from "../parts/job-link.tsx"
import { DrainerState } from "./drainer-state.tsx"
import { livedText, slotText } from "./drainers-page.tsx"
import { poolText } from "./pool-text.ts"

export const drainerPage: Page = {
  path: "/drainers/:id{[0-9]{1,9}}",
  async render(view, { id = "" }) {
    const text = view.text.drainers
    const back = { href: view.href("/drainers"), label: text.title }
    const drainer = Number(id) > 0 ? await view.sluice.getDrainer(Number(id)) : undefined
    if (!drainer)
      return {
        title: text.title,
        status: 404,
        body: (
          <>
            <PageHeader title={text.title} back={back} />
            <EmptyState title={fill(text.notFound, { id })} />
          </>
        ),
      }
    return {
      title: drainer.label,
      body: (
        <>
          <PageHeader
            title={<span class="ltr">{drainer.label}</span>}
            back={back}
            badge={<DrainerState view={view} state={drainer.state} />}
          />
          <div class="grid loose wide">
            <Details view={view} drainer={drainer} />
            <Where view={view} drainer={drainer} />
            <Held view={view} drainer={drainer} />
          </div>
        </>
      ),
    }
  },
}

function Details({ view, drainer }: { view: View; drainer: DrainerDetails }) {
  const text = view.text.drainers
  const { id, backendPid, startedAt, endedAt, budgetMs, inFlight, settled, endReason } = drainer
  return (
    <Panel id="details" title={text.details}>
      <Facts
        facts={[
          [text.id, id],
          [text.pool, poolText(view, drainer)],
          [text.slot, slotText(drainer)],
          [text.backend, backendPid],
          [text.started, <Time view={view} at={startedAt} />],
          [text.endedAt, endedAt ? <Time view={view} at={endedAt} /> : undefined],
          [text.lived, livedText(view, drainer)],
          [text.budget, budgetMs === null ? text.noBudget : view.format.duration(budgetMs)],
          [text.settled, settled === null ? undefined : <Count view={view} value={settled} />],
          [text.endReason, endReason === null ? undefined : text.endReasons[endReason]],
          [text.states.died, inFlight === null ? undefined : view.format.counted(text.inFlight, inFlight)],
          [text.names, <Names view={view} names={drainer.names} />],
        ]}
      />
    </Panel>
  )
}

/** The invocation that it is, as its host has told, and its logs. */
function Where({ view, drainer }: { view: View; drainer: DrainerDetails }) {
  const { invocation } = drainer
  if (invocation === null) return null
  const text = view.text.drainers
  const { functionName, version, memoryMb, requestId, region } = invocation
  const gbSeconds =
    drainer.endedAt && memoryMb ? gbSecondsOf(drainer.startedAt, drainer.endedAt, memoryMb) : undefined
  return (
    <Panel id="invocation" title={text.invocation}>
      <Facts
        facts={[
          [text.requestId, requestId && <code>{requestId}</code>],
          [text.functionName, functionName && <code>{functionName}</code>],
          [text.version, version && <code>{version}</code>],
          [text.region, region && <span class="ltr">{region}</span>],
          [text.memory, memoryMb && <span class="ltr">{`${view.format.number(memoryMb)} MB`}</span>],
          [view.text.names.cost, gbSeconds === undefined ? undefined : view.format.number(gbSeconds)],
          [text.logStream, <LogStream view={view} label={drainer.label} invocation={invocation} />],
        ]}
      />
    </Panel>
  )
}

/** What was billed, but for the start of a cold function and the end of a warm one, some tens of milliseconds. */
function gbSecondsOf(startedAt: Date, endedAt: Date, memoryMb: number): number {
  return ((endedAt.getTime() - startedAt.getTime()) / 1_000) * (memoryMb / 1_024)
}

function LogStream(properties: { view: View; label: string; invocation: Invocation }) {
  const { view, label, invocation } = properties
  const href = logStreamLink(invocation) ?? view.logLink?.(label)
  return (
    <span class="links">
      {invocation.logStream ? <LongName name={invocation.logStream} /> : href === undefined && "–"}
      {href !== undefined && (
        <a href={href} rel="noreferrer" target="_blank">
          {view.text.drainers.openLogs}
        </a>
      )}
    </span>
  )
}

/** May break behind its parts, and only then within one. */
function LongName({ name }: { name: string }) {
  return (
    <code class="long">
      {name.split(/(?<=[/\]])/).map((part) => (
        <>
          {part}
          <wbr />
        </>
      ))}
    </code>
  )
}

function Names({ view, names }: { view: View; names: readonly string[] | null }) {
  if (names === null) return <>{view.text.drainers.anyName}</>
  return (
    <ul class="links">
      {names.map((name) => (
        <li>
          <a href={view.href(`/names/${encodeURIComponent(name)}`)}>{name}</a>
        </li>
      ))}
    </ul>
  )
}

function Held({ view, drainer: { jobs, held } }: { view: View; drainer: DrainerDetails }) {
  const text = view.text.drainers
  if (jobs.length === 0)
    return (
      <Panel id="held" title={text.jobs}>
        <p class="muted">{text.noJobs}</p>
      </Panel>
    )
  return (
    <Panel id="held" title={text.jobs}>
      <p class="muted">{held > jobs.length ? text.firstJobs : text.jobsLead}</p>
      <Table
        view={view}
        caption={text.jobs}
        columns={[
          { label: text.job, heading: true, cell: ({ id }) => <JobLink view={view} id={id} /> },
          { label: text.jobName, cell: ({ name }) => name },
          { label: text.queue, cell: ({ queue }) => queue },
        ]}
        rows={jobs}
        rowId={({ id }) => id}
        rowHref={({ id }) => view.href(`/jobs/${id}`)}
        keepColumns
      />
    </Panel>
  )
}

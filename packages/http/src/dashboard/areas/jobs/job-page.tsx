import type { JobHolder, JobRelatives, JobSnapshot, RelatedJob } from "@sluice/core"
import type { Child } from "hono/jsx"
import { ActionButton } from "../../components/action-form.tsx"
import { Json } from "../../components/json.tsx"
import { Notice } from "../../components/notice.tsx"
import { Duration, Meter } from "../../components/numbers.tsx"
import { ButtonLink, Facts, PageHeader, Panel } from "../../components/page-header.tsx"
import { StateBadge } from "../../components/state-badge.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, Rendered, View } from "../../page.ts"
import { DrainerLabel } from "./drainer-label.tsx"
import { attemptsOf, Tags } from "./list-page.tsx"
import { Timeline } from "./timeline.tsx"
import { STATES_OF } from "./verbs.ts"

export const jobPage: Page = {
  path: "/jobs/:id{[0-9]{1,15}}",
  async render(view, { id = "" }) {
    const errorsFrom = Number(view.query.get("errors") ?? Number.NaN)
    const options =
      Number.isSafeInteger(errorsFrom) && errorsFrom >= 0 && errorsFrom <= 1e9 ? { errorsFrom } : {}
    const [job, relatives] = await Promise.all([
      view.sluice.getJob(id, options),
      view.sluice.getRelatives(id),
    ])
    if (!job) return noJob(view, id)
    const holder = job.state === "running" ? await view.sluice.getHolder(id) : undefined
    return {
      title: fill(view.text.jobs.job, { id }),
      body: <Job view={view} job={job} holder={holder} relatives={relatives} from={options.errorsFrom} />,
    }
  },
}

export function noJob(view: View, id: string): Rendered {
  const { jobs: text } = view.text
  const title = fill(text.job, { id })
  const body = (
    <>
      <PageHeader title={title} back={{ href: view.href("/jobs"), label: text.title }} />
      <Notice kind="warning">{fill(text.notFound, { id })}</Notice>
    </>
  )
  return { title, body, status: 404, isLive: false }
}

interface Parts {
  readonly view: View
  readonly job: JobSnapshot
  readonly holder: JobHolder | undefined
  readonly relatives: JobRelatives
  /** Of the first failure on this page; undefined: the last ones are shown. */
  readonly from: number | undefined
}

function Job({ view, job, holder, relatives, from }: Parts) {
  const { jobs: text } = view.text
  return (
    <>
      <PageHeader
        title={
          <span class="job-title">
            <bdi>{job.name}</bdi> <StateBadge view={view} state={job.state} />
          </span>
        }
        lead={<span class="number ltr">{job.id}</span>}
        back={{ href: view.href("/jobs"), label: text.title }}
      >
        {view.may("operator") && <Actions view={view} job={job} />}
      </PageHeader>
      <WhyItWaits view={view} job={job} />
      {job.progress && <Progress view={view} job={job} />}
      {holder && <Holder view={view} holder={holder} />}
      <div class="job-columns">
        <div class="job-main">
          <Panel title={text.timeline} id="timeline">
            <Timeline view={view} job={job} from={from} />
          </Panel>
        </div>
        <div class="job-side">
          <Panel title={text.facts} id="facts">
            <Facts facts={factsOf(view, job, relatives)} />
          </Panel>
          <Values view={view} job={job} />
        </div>
      </div>
    </>
  )
}

function Actions({ view, job }: Pick<Parts, "view" | "job">) {
  const { actions } = view.text.jobs
  const can = (verb: keyof typeof STATES_OF) => STATES_OF[verb].includes(job.state)
  const path = `/jobs/${job.id}`
  return (
    <>
      {can("run") && <ActionButton view={view} path={`${path}/run`} label={actions.run} kind="primary" />}
      {can("retry") && job.payloadKept && (
        <ActionButton view={view} path={`${path}/retry`} label={actions.retry} kind="primary" />
      )}
      {can("update") && <ButtonLink href={view.href(`${path}/edit`)}>{actions.edit}</ButtonLink>}
      {job.payloadKept && (
        <ButtonLink href={view.href("/jobs/new", { from: job.id })}>{actions.duplicate}</ButtonLink>
      )}
      {can("cancel") && (
        <ActionButton view={view} path={`${path}/cancel`} label={actions.cancel} kind="danger" />
      )}
      {can("delete") && (
        <ButtonLink href={view.href("/jobs/ask", { verb: "delete", id: job.id })} kind="danger">
          {actions.delete}
        </ButtonLink>
      )}
      <ButtonLink href={view.href("/jobs/ask", { verb: "erase", id: job.id })} kind="danger">
        {actions.erase}
      </ButtonLink>
    </>
  )
}

function WhyItWaits({ view, job }: Pick<Parts, "view" | "job">) {
  const { jobs: text } = view.text
  const parents = job.failedParent && (
    <a href={view.href(`/jobs/${job.failedParent}`)}>
      {text.failedParent} {job.failedParent}
    </a>
  )
  if (job.reason)
    return (
      <Notice kind="warning">
        {text.reason[job.reason]} {parents}
      </Notice>
    )
  if (job.blockedBy)
    return (
      <Notice>
        {text.blockedBy[job.blockedBy]}{" "}
        {job.waitsFor && (
          <a href={view.href("/jobs", { key: job.waitsFor })}>
            <bdi>{fill(text.waitsFor, { key: job.waitsFor })}</bdi>
          </a>
        )}
      </Notice>
    )
  if (job.waits.length === 0) return null
  return (
    <Notice>
      <ul>
        {job.waits.map((wait) => (
          <li>
            <bdi>{waitText(view, wait)}</bdi>
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function waitText(
  { text, format }: View,
  { token, event, batchId, until }: JobSnapshot["waits"][number],
): string {
  const when = format.exact(until)
  if (batchId !== null) return fill(text.jobs.waitBatch, { batch: batchId, until: when })
  if (event !== null) return fill(text.jobs.waitEvent, { event, until: when })
  return fill(text.jobs.waitToken, { token: token ?? "", until: when })
}

function Progress({ view, job }: Pick<Parts, "view" | "job">) {
  if (!job.progress) return null
  const { percent, at } = job.progress
  const told = view.redact(job.progress.text, { kind: "progress", jobName: job.name })
  const label = view.format.percent(percent / 100)
  return (
    <Panel title={view.text.jobs.progressTitle} id="progress">
      <Meter value={percent} max={100} label={label} />
      <p>
        <span class="number">{label}</span>
        {told !== null && told !== undefined && (
          <>
            {" · "}
            <bdi>{typeof told === "string" ? told : JSON.stringify(told)}</bdi>
          </>
        )}
        {" · "}
        <Time view={view} at={at} />
      </p>
    </Panel>
  )
}

/** Who has the lock: the way to the process that runs it. */
function Holder({ view, holder }: { view: View; holder: JobHolder }) {
  const { jobs: text } = view.text
  const { drainer, drainerId, backendPid, since } = holder
  const facts: (readonly [string, Child])[] =
    drainer === null
      ? [[text.holderPid, String(backendPid)]]
      : [
          [text.holderDrainer, <DrainerLabel view={view} label={drainer} id={drainerId} />],
          [text.holderSince, since ? <Time view={view} at={since} /> : undefined],
          [text.holderPid, <span class="number">{backendPid}</span>],
        ]
  return (
    <Panel title={text.holder} id="holder">
      {drainer === null && <p>{text.holderUnknown}</p>}
      <Facts facts={facts} />
    </Panel>
  )
}

function factsOf(view: View, job: JobSnapshot, relatives: JobRelatives): (readonly [string, Child])[] {
  const { jobs: text } = view.text
  const time = (at: Date | null) => (at ? <Time view={view} at={at} /> : undefined)
  const keys = (given: readonly (string | null)[]) => {
    const known = given.filter((key) => key !== null)
    return known.length === 0 ? undefined : known.map((key) => <KeyLink view={view} value={key} />)
  }
  const schedule = scheduleOf(job)
  const { carrier } = relatives
  return [
    [text.name, <a href={view.href("/jobs", { name: job.name })}>{job.name}</a>],
    [text.queue, <a href={view.href("/jobs", { queue: job.queue })}>{job.queue}</a>],
    [text.priority, <span class="number">{view.format.number(job.priority)}</span>],
    [text.attempts, <span class="number">{attemptsOf(view, job)}</span>],
    [text.enqueuedAt, time(job.enqueuedAt)],
    [text.dueAt, time(job.runAt)],
    [text.startedAt, time(job.startedAt)],
    [text.finishedAt, time(job.finishedAt)],
    [text.expiresAt, time(job.expiresAt)],
    [text.took, job.durationMs === null ? undefined : <Duration view={view} ms={job.durationMs} />],
    [text.tags, job.tags.length > 0 ? <Tags view={view} tags={job.tags} /> : undefined],
    [text.uniqueKey, keys([job.uniqueKey])],
    [text.concurrencyKeys, keys(job.concurrencyKeys)],
    [text.rateKey, job.rateKey === null ? undefined : <code>{job.rateKey}</code>],
    [text.fairKey, job.fairKey === null ? undefined : <code>{job.fairKey}</code>],
    [
      text.batch,
      job.batchId === null ? undefined : <a href={view.href(`/batches/${job.batchId}`)}>{job.batchId}</a>,
    ],
    [
      text.schedule,
      schedule && <a href={view.href(`/schedules/${encodeURIComponent(schedule.key)}`)}>{schedule.key}</a>,
    ],
    [text.tick, schedule && time(schedule.tick)],
    [text.parents, related(view, relatives.parents, relatives.parentCount)],
    [text.children, related(view, relatives.children, relatives.childCount)],
    [text.correlation, carrier?.correlationId && <code>{carrier.correlationId}</code>],
    [text.trace, carrier?.traceparent && <code>{carrier.traceparent}</code>],
  ]
}

function KeyLink({ view, value }: { view: View; value: string }) {
  return (
    <a class="key-link" href={view.href("/jobs", { key: value })}>
      <code>{value}</code>
    </a>
  )
}

/** The schedule that has enqueued the job, as its metadata tells it. */
function scheduleOf({ metadata }: JobSnapshot): { key: string; tick: Date } | undefined {
  const { key, tick } = (metadata.schedule ?? {}) as { key?: unknown; tick?: unknown }
  const at = new Date(typeof tick === "string" ? tick : Number.NaN)
  return typeof key === "string" && !Number.isNaN(at.getTime()) ? { key, tick: at } : undefined
}

function related(view: View, jobs: readonly RelatedJob[], count: number): Child {
  if (count === 0) return undefined
  return (
    <ul class="related">
      {jobs.map(({ id, name, state }) => (
        <li>
          <a href={view.href(`/jobs/${id}`)}>
            <bdi>{name}</bdi> <span class="muted number ltr">{id}</span>
          </a>{" "}
          <StateBadge view={view} state={state} />
        </li>
      ))}
      {count > jobs.length && (
        <li class="muted">{view.format.counted(view.text.shell.more, count - jobs.length)}</li>
      )}
    </ul>
  )
}

function Values({ view, job }: Pick<Parts, "view" | "job">) {
  const { jobs: text } = view.text
  const shown = (value: unknown, kind: "payload" | "result" | "metadata") =>
    view.redact(value, { kind, jobName: job.name })
  return (
    <>
      <Payload view={view} job={job} />
      {(job.result !== null || job.state === "succeeded") && (
        <Json view={view} label={text.result} value={shown(job.result, "result")} />
      )}
      {Object.keys(job.metadata).length > 0 && (
        <Json view={view} label={text.metadata} value={shown(job.metadata, "metadata")} />
      )}
    </>
  )
}

function Payload({ view, job }: Pick<Parts, "view" | "job">) {
  const { jobs: text } = view.text
  if (!job.payloadKept) return <Notice>{text.payloadNotKept}</Notice>
  if (job.payload === null && job.payloadKey !== null)
    return (
      <Notice>
        <bdi>{fill(text.payloadElsewhere, { key: job.payloadKey })}</bdi>
      </Notice>
    )
  return (
    <Json
      view={view}
      label={text.payload}
      value={view.redact(job.payload, { kind: "payload", jobName: job.name })}
    />
  )
}

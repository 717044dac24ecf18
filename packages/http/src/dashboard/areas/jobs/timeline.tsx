import type { ExecutionError, JobExecution, JobRetry, JobSnapshot, KeptLine } from "@sluice/core"
import type { Child } from "hono/jsx"
import { Icon, type IconName } from "../../components/icon.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import { Hidden } from "../../redact.ts"
import { DrainerLabel } from "./drainer-label.tsx"

/** Failures of one page, as `getJob` returns them. */
const PAGE = 50

interface Event {
  readonly at: Date
  readonly icon: IconName
  readonly kind: string
  readonly what: Child
}

/** What has happened to a job, the first on top. */
export function Timeline({ view, job, from }: { view: View; job: JobSnapshot; from: number | undefined }) {
  const events = eventsOf(view, job, from)
  return (
    <>
      <FailurePages view={view} job={job} from={from} />
      <ol class="timeline">
        {events.map(({ at, icon, kind, what }) => (
          <li class={`event ${kind}`}>
            <span class="mark">
              <Icon name={icon} size={14} />
            </span>
            <div class="what">{what}</div>
            <Time view={view} at={at} />
          </li>
        ))}
      </ol>
    </>
  )
}

function eventsOf(view: View, job: JobSnapshot, from: number | undefined): Event[] {
  const { events: text } = view.text.jobs
  const isLastPage = from === undefined || from + job.errors.length >= job.errorCount
  const past: Event[] = [
    { at: job.enqueuedAt, icon: "plus", kind: "enqueued", what: text.enqueued },
    ...job.executions.map((execution) => executionEvent(view, job, execution)),
    ...job.retries.flatMap((retry) => retryEvents(view, retry)),
  ]
  const sorted = past.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return isLastPage ? [...sorted, ...lastEvents(view, job)] : sorted
}

/** What is about to happen, or how it ended without an execution. */
function lastEvents(view: View, job: JobSnapshot): Event[] {
  const { events: text } = view.text.jobs
  const wasExecuted = job.executions.some(({ endedAt }) => endedAt.getTime() === job.finishedAt?.getTime())
  if (job.finishedAt)
    return job.state === "canceled" && !wasExecuted
      ? [{ at: job.finishedAt, icon: "canceled", kind: "state-canceled", what: text.canceled }]
      : []
  if (job.state === "running")
    return [{ at: view.now, icon: "running", kind: "state-running", what: text.running }]
  if (job.state !== "scheduled") return []
  return [
    {
      at: job.runAt,
      icon: "scheduled",
      kind: "state-scheduled",
      what: job.attempts > 0 ? text.next : text.due,
    },
  ]
}

function retryEvents(view: View, { at, by, state, attempts, finishedAt }: JobRetry): Event[] {
  const { events: text } = view.text.jobs
  return [
    {
      at: finishedAt,
      icon: state,
      kind: `state-${state}`,
      what: fill(text.ended, { state: view.text.states[state], attempts: view.format.number(attempts) }),
    },
    {
      at,
      icon: "previous",
      kind: "enqueued",
      what: <bdi>{by === null ? text.putBack : fill(text.retriedBy, { by })}</bdi>,
    },
  ]
}

const ICONS: Readonly<Record<JobExecution["outcome"], readonly [IconName, string]>> = {
  succeeded: ["succeeded", "state-succeeded"],
  retried: ["warning", "retried"],
  discarded: ["discarded", "state-discarded"],
  canceled: ["canceled", "state-canceled"],
  snoozed: ["scheduled", "state-scheduled"],
  interrupted: ["warning", "retried"],
}

function executionEvent(view: View, job: JobSnapshot, execution: JobExecution): Event {
  const [icon, kind] = ICONS[execution.outcome]
  const error = job.errors.find(
    ({ at, attempt }) => at.getTime() === execution.endedAt.getTime() && attempt === execution.attempt,
  )
  return {
    at: execution.endedAt,
    icon,
    kind,
    what: <Execution view={view} job={job} execution={execution} error={error} />,
  }
}

function Execution(properties: {
  view: View
  job: JobSnapshot
  execution: JobExecution
  error: ExecutionError | undefined
}) {
  const { view, job, execution, error } = properties
  const { jobs: text } = view.text
  const { attempt, outcome, waitMs, durationMs, drainer, drainerId, logs } = execution
  const parts: Child[] = [
    waitMs !== null && fill(text.waitedFor, { duration: view.format.duration(waitMs) }),
    durationMs !== null && fill(text.ranFor, { duration: view.format.duration(durationMs) }),
    error?.rule != null && fill(text.byRule, { rule: error.rule }),
  ].filter((part) => part !== false)
  return (
    <>
      <div>
        <strong>{fill(text.attempt, { attempt: view.format.number(attempt) })}</strong>{" "}
        {text.outcomes[outcome]}
      </div>
      <div class="muted details">
        <bdi>{parts.join(" · ")}</bdi>
        {drainer !== null && (
          <>
            {parts.length > 0 && " · "}
            <DrainerLabel view={view} label={drainer} id={drainerId === null ? null : String(drainerId)} />
          </>
        )}
      </div>
      {error && <Failure view={view} job={job} error={error} />}
      {logs && <Lines view={view} job={job} lines={logs} />}
    </>
  )
}

/** The error as far as the reader may see it. */
function Failure({ view, job, error }: { view: View; job: JobSnapshot; error: ExecutionError }) {
  const { jobs: text } = view.text
  const { class: errorClass, code, message, stack } = error
  const shown = view.redact({ message, stack }, { kind: "error", jobName: job.name })
  const { message: told, stack: trace } = (shown ?? {}) as { message?: unknown; stack?: unknown }
  return (
    <div class="attempt-failure">
      <div>
        <code>{code === null ? errorClass : `${errorClass} (${code})`}</code>{" "}
        <a href={view.href("/jobs", { name: job.name, error: errorClass })}>{text.lookAlike}</a>
      </div>
      <p class="message">{textOf(view, told)}</p>
      {typeof trace === "string" && trace !== "" && (
        <details>
          <summary>{text.stack}</summary>
          <pre class="text" tabindex={0}>
            {trace}
          </pre>
        </details>
      )}
    </div>
  )
}

function textOf(view: View, value: unknown): Child {
  if (value instanceof Hidden) return <span class="redacted">{view.text.shell.redacted}</span>
  return <bdi>{typeof value === "string" ? value : (JSON.stringify(value) ?? "")}</bdi>
}

function Lines({ view, job, lines }: { view: View; job: JobSnapshot; lines: readonly KeptLine[] }) {
  return (
    <details class="log">
      <summary>{view.format.counted(view.text.jobs.logLines, lines.length)}</summary>
      <ol tabindex={0}>
        {lines.map((line) => (
          <Line view={view} line={view.redact(line, { kind: "log", jobName: job.name })} />
        ))}
      </ol>
    </details>
  )
}

function Line({ view, line }: { view: View; line: unknown }) {
  if (typeof line !== "object" || line === null || line instanceof Hidden)
    return <li>{textOf(view, line)}</li>
  const { at, level, message, ...details } = line as Record<string, unknown>
  return (
    <li class={`line level-${LEVELS.includes(level as never) ? level : "info"}`}>
      <span class="muted number">{typeof at === "string" ? at.slice(11, 23) : ""}</span>{" "}
      <span class="level">{String(level ?? "")}</span> {textOf(view, message)}
      {Object.keys(details).length > 0 && <code class="muted"> {JSON.stringify(details)}</code>}
    </li>
  )
}

const LEVELS = ["debug", "info", "warn", "error"] as const

/** Earlier failures than the last 50. */
function FailurePages({ view, job, from }: { view: View; job: JobSnapshot; from: number | undefined }) {
  const { jobs: text } = view.text
  const { errorCount, errors } = job
  if (errorCount <= errors.length) return null
  const first = from ?? errorCount - errors.length
  const path = `/jobs/${job.id}`
  const earlier = Math.max(0, first - PAGE)
  const next = first + errors.length
  return (
    <nav class="failure-pages" aria-label={view.text.shell.pages}>
      {first > 0 && (
        <a class="button small" href={view.href(path, { errors: String(earlier) })}>
          {text.earlier}
        </a>
      )}
      <span class="muted number">
        {fill(text.failures, {
          from: view.format.number(Math.min(first + 1, errorCount)),
          to: view.format.number(Math.min(next, errorCount)),
          count: view.format.number(errorCount),
        })}
      </span>
      {from !== undefined && (
        <a
          class="button small"
          href={view.href(path, next + PAGE >= errorCount ? {} : { errors: String(next) })}
        >
          {text.later}
        </a>
      )}
    </nav>
  )
}

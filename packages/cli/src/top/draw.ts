import type { ListedJob, QueueSnapshot, Throughput } from "@sluice/core"
import { type Cell, table } from "../output/table.ts"
import { plain, type Style, styled, styleOfState } from "../output/terminal.ts"
import { fromNow, shortDuration } from "../output/times.ts"
import { pauseCell } from "../pauses.ts"
import { type Frame, MINUTES } from "./frame.ts"

/** How many characters and lines there are. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

const BARS = "▁▂▃▄▅▆▇█"
const VERDICTS: Readonly<Record<string, Style>> = { healthy: "green", late: "yellow", failing: "red" }

/** The lines of a frame that fit, the important ones first. */
export function draw(frame: Frame, { columns, rows }: Size): string[] {
  const top = [...verdict(frame), states(frame), ...throughput(frame.throughput), forecast(frame)]
  const sections = [queues(frame, columns), running(frame, columns), failures(frame, columns)]
  const lines = [...top]
  const room = shares(
    sections.map((section) => section.length + 1),
    rows - top.length,
  )
  for (const [index, section] of sections.entries())
    lines.push(...["", ...section].slice(0, room[index] as number))
  return lines
}

/** Gives each as many lines as it wants, and of too few lines none more than another that wants them. */
function shares(wanted: readonly number[], lines: number): number[] {
  const given = wanted.map(() => 0)
  let left = Math.min(
    lines,
    wanted.reduce((sum, one) => sum + one, 0),
  )
  while (left > 0) {
    for (const [index, want] of wanted.entries()) {
      if (left === 0 || given[index] === want) continue
      given[index] = (given[index] as number) + 1
      left--
    }
  }
  return given
}

function verdict({ health }: Frame): string[] {
  const why = health.reasons.map(({ message }) => plain(message)).join("; ")
  const shown = styled(health.verdict, VERDICTS[health.verdict])
  return [why === "" ? shown : `${shown}  ${why}`]
}

function states({ states, queues }: Frame): string {
  const oldest = Math.min(...queues.flatMap(({ oldestReadyAt }) => oldestReadyAt?.getTime() ?? []))
  const age = Number.isFinite(oldest)
    ? [`oldest ready ${shortDuration(Math.max(0, Date.now() - oldest))}`]
    : []
  const counts = Object.entries(states).map(
    ([state, count]) => `${styled(state, styleOfState(state))} ${count.toLocaleString("en")}`,
  )
  const note = queues.some(({ isEstimate }) => isEstimate) ? [styled("estimated", "dim")] : []
  return [...counts, ...age, ...note].join("   ")
}

function throughput({ points, total }: Throughput): string[] {
  if (total.executions === 0)
    return [
      styled(
        `no execution counted in the last ${MINUTES} minutes; drainers write their counts once a minute`,
        "dim",
      ),
    ]
  const parts = [
    `${bars(points.map(({ executions }) => executions))} ${total.executions.toLocaleString("en")} executions in ${MINUTES}m`,
    total.failureRate === null ? "" : `${percent(total.failureRate)} failed`,
    total.waitMs.p95 === null ? "" : `p95 waits ${shortDuration(total.waitMs.p95)}`,
    total.runMs.p95 === null ? "" : `p95 takes ${shortDuration(total.runMs.p95)}`,
  ]
  return [parts.filter((part) => part !== "").join("   ")]
}

/** A character for each number: the higher, the larger. */
function bars(values: readonly number[]): string {
  const most = Math.max(1, ...values)
  return values.map((value) => (value === 0 ? " " : BARS[Math.ceil((value / most) * 8) - 1])).join("")
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10}%`
}

function forecast({ forecast: { drainedAt, ready } }: Frame): string {
  if (ready === 0) return styled("nothing waits", "dim")
  if (drainedAt === null) return styled("the backlog doesn't become smaller", "yellow")
  const time = drainedAt.toTimeString().slice(0, 5)
  return `drained by ${time} (${fromNow(drainedAt)})`
}

function queues({ queues }: Frame, columns: number): string[] {
  if (queues.length === 0) return [styled("no queue has jobs", "dim")]
  const busy = [...queues].sort((a, b) => b.running + b.ready - (a.running + a.ready))
  const headings = ["queue", "ready", "running", "scheduled", "blocked", "oldest", "paused"]
  return table(headings, busy.map(queueRow), columns).split("\n")
}

function queueRow({
  name,
  ready,
  running,
  scheduled,
  blocked,
  oldestReadyAt,
  ...queue
}: QueueSnapshot): Cell[] {
  const oldest = oldestReadyAt ? shortDuration(Math.max(0, Date.now() - oldestReadyAt.getTime())) : ""
  return [name, ready, running, scheduled, blocked, oldest, pauseCell(queue.paused, queue.pausedUntil)]
}

function running({ running }: Frame, columns: number): string[] {
  if (running.length === 0) return [styled("nothing runs", "dim")]
  const rows = running.map((job): Cell[] => [...whichJob(job), job.startedAt ? fromNow(job.startedAt) : ""])
  return table(["running", "name", "queue", "attempt", "started"], rows, columns).split("\n")
}

function failures({ failures }: Frame, columns: number): string[] {
  if (failures.length === 0) return [styled("nothing was discarded", "dim")]
  const rows = failures.map((job): Cell[] => [
    ...whichJob(job),
    job.finishedAt ? fromNow(job.finishedAt) : "",
  ])
  return table(["discarded", "name", "queue", "attempts", "ended"], rows, columns).split("\n")
}

function whichJob({ id, name, queue, attempts, maxAttempts, state }: ListedJob): Cell[] {
  const attempt = state === "running" ? attempts + 1 : attempts
  return [
    id,
    [name, styleOfState(state)],
    queue,
    maxAttempts === null ? `${attempt}` : `${attempt} of ${maxAttempts}`,
  ]
}

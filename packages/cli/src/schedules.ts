import {
  type Duration,
  durationMs,
  ScheduleNotFoundError,
  type ScheduleRun,
  type ScheduleSnapshot,
} from "@sluice/core"
import { assertSchedule } from "@sluice/core/fields"
import { readPayload } from "./enqueue.ts"
import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { type Cell, list, table } from "./output/table.ts"
import { printJson, styled, styleOfState } from "./output/terminal.ts"
import { exactDuration, fromNow, instant } from "./output/times.ts"
import { pauseCell } from "./pauses.ts"
import { withSluice } from "./with-sluice.ts"

/** Prints the schedules with their next and their last tick. */
export async function listSchedules(options: Options): Promise<number> {
  const { limit, after } = options
  const schedules = await withSluice(options, (sluice) =>
    sluice.listSchedules({ limit: Math.min(limit, 1_000), ...(after !== undefined && { after }) }),
  )
  if (options.json) printJson({ schedules })
  else if (schedules.length === 0) console.log("There is no schedule.")
  else {
    console.log(table(["key", "job", "when", "next", "last", ""], schedules.map(row)))
    if (schedules.length === Math.min(limit, 1_000))
      console.log(styled(`There may be more: --after ${schedules.at(-1)?.key}`, "dim"))
  }
  return 0
}

function row({ key, name, next, runs, ...schedule }: ScheduleSnapshot): Cell[] {
  const last = runs[0]
  return [
    key,
    name,
    timing(schedule),
    next[0] ? fromNow(next[0]) : "never",
    last ? [`${last.outcome} ${fromNow(last.tick)}`, styleOfState(last.outcome)] : "",
    schedule.enabled ? pauseCell(schedule.paused, schedule.pausedUntil) : ["disabled", "yellow"],
  ]
}

function timing({ cron, every, timeZone }: Pick<ScheduleSnapshot, "cron" | "every" | "timeZone">): string {
  if (cron === null) return `every ${durationText(every)}`
  return timeZone === "UTC" ? cron : `${cron} ${timeZone}`
}

/** As `30s` or `15m`, also where it is a number of seconds. */
function durationText(duration: Duration | null): string {
  return exactDuration(durationMs(duration ?? 0))
}

/** Prints one schedule with its next five ticks, and its last ten. */
export async function showSchedule(options: Options, words: readonly string[]): Promise<number> {
  const [key] = words as [string]
  const schedule = await withSluice(options, (sluice) => sluice.getSchedule(key))
  if (!schedule)
    throw new ScheduleNotFoundError("schedule_not_found", `No schedule has the key ${JSON.stringify(key)}`)
  if (options.json) printJson(schedule)
  else console.log(described(schedule))
  return 0
}

function described(schedule: ScheduleSnapshot): string {
  const { key, name, enabled, dynamic, paused, pausedUntil, catchUp, overlap, next, runs } = schedule
  const pause = enabled ? pauseCell(paused, pausedUntil) : ["disabled", "yellow"]
  const facts: [string, Cell][] = [
    ["key", [key, "bold"]],
    ["job", name],
    ["when", timing(schedule)],
    ["pause", (pause || "none") as Cell],
    [
      "catch up",
      catchUp.within === null ? catchUp.policy : `${catchUp.policy}, within ${durationText(catchUp.within)}`,
    ],
    ["overlap", overlap],
    ["defined", dynamic ? "in the database" : "in code"],
    ["payload", JSON.stringify(schedule.payload)],
    ["options", JSON.stringify(schedule.options)],
    ["next", next[0] ? instant(next[0]) : "never"],
    ...next.slice(1).map((tick): [string, Cell] => ["", instant(tick)]),
  ]
  const ticks = table(["tick", "outcome", "job", "state", "error"], runs.map(runRow))
  return runs.length > 0 ? `${list(facts)}\n\n${ticks}` : list(facts)
}

function runRow({ tick, outcome, jobId, jobState, error, requested }: ScheduleRun): Cell[] {
  const when = requested ? `${tick.toISOString()} (on request)` : tick.toISOString()
  const state: Cell = jobState === null ? "" : [jobState, styleOfState(jobState)]
  return [when, [outcome, styleOfState(outcome)], jobId ?? "", state, error ?? ""]
}

/** Enqueues a job of the schedule now. */
export async function runSchedule(options: Options, words: readonly string[]): Promise<number> {
  const [key] = words as [string]
  const jobId = await withSluice(options, (sluice) => sluice.runSchedule(key))
  if (options.json) printJson({ key, jobId })
  else console.log(`Job ${jobId} was enqueued.`)
  return 0
}

/** Stores a schedule in the database, in place of the one with this key, and shows it. */
export async function setSchedule(options: Options, words: readonly string[]): Promise<number> {
  const [key, name, payloadText] = words as [string, string, string?]
  if ((options.cron === undefined) === (options.every === undefined))
    throw new UsageError("When? Give either --cron or --every")
  const payload = payloadText === undefined ? undefined : await readPayload(payloadText)
  const settings: Record<string, unknown> = given({
    ...timingOf(options),
    name,
    payload,
    options: options.options,
  })
  assertSchedule(settings, [])
  const schedule = await withSluice(options, (sluice) => sluice.setSchedule(key, settings))
  if (options.json) printJson(schedule)
  else console.log(described(schedule))
  return 0
}

function timingOf({
  cron,
  every,
  timeZone,
  jitter,
  startsAt,
  endsAt,
  catchUp,
  overlapPolicy,
  disabled,
}: Options) {
  return {
    cron,
    every,
    timeZone,
    jitter,
    startsAt,
    endsAt,
    catchUp,
    overlap: overlapPolicy,
    enabled: !disabled,
  }
}

function given(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

/** Deletes a schedule of the database. Jobs that it has enqueued stay. */
export async function deleteSchedule(options: Options, words: readonly string[]): Promise<number> {
  const [key] = words as [string]
  await withSluice(options, (sluice) => sluice.deleteSchedule(key))
  if (options.json) printJson({ key, deleted: true })
  else console.log(`The schedule ${key} was deleted.`)
  return 0
}

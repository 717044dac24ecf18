import { inspect, styleText } from "node:util"
import type { Logger } from "../logger.ts"

export interface LogOptions {
  /** `readable`: one line of text for each event. `json`: one line of JSON. */
  readonly format: "readable" | "json"
  /** Whether text is colored, for terminals. Default false. */
  readonly colors?: boolean
  /** Whether lines of text begin with the time of day; those of JSON always have the time. Default false. */
  readonly times?: boolean
  /** Receives each line. Default: standard output. */
  readonly write?: (line: string) => void
}

/** A line of a structured log: what a method of `Logger` was called with. */
export interface LogEntry {
  /** `debug`, `info`, `warn` or `error`, in either case. */
  readonly level: string
  readonly message: string
  readonly [detail: string]: unknown
}

/** A log for people at a terminal, or for machines: pass it as `log` to `start` or `drain`. Debug lines of jobs are left out. */
export function createLog({ format, colors = false, times = false, write = printLine }: LogOptions): Logger {
  const logAt = (level: keyof Logger) => (message: string, details?: Record<string, unknown>) => {
    const entry = { ...details, level, message }
    if (level === "debug" && !isJobLine(entry)) return
    if (format === "json") return write(jsonLine(entry))
    const text = readableLine(entry, colors)
    write(times ? `${timeOfDay(new Date(), colors)} ${text}` : text)
  }
  return { debug: logAt("debug"), info: logAt("info"), warn: logAt("warn"), error: logAt("error") }
}

/** Whether it says how an execution ended. */
export function isJobLine({ message }: LogEntry): boolean {
  return Object.hasOwn(JOB_LINES, message)
}

/** One line of text, such as `record-usage #2 succeeded in 139 ms`. Below a job's error, indented, is its stack. */
export function readableLine(entry: LogEntry, colors = false): string {
  const { level, message, ...details } = entry
  const line = onOneLine(jobLine(entry) ?? enqueueLine(entry) ?? plainLine(message, details))
  const style = styleOf(level.toLowerCase(), message)
  const stack = isJobLine(entry) ? stackLines(entry.stack) : []
  return [styled(line, style, colors), ...stack.map((frame) => styled(frame, "dim", colors))].join("\n")
}

/** As in `14:03:27`, in the time zone of this machine. */
export function timeOfDay(at: Date, colors = false): string {
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()]
  return styled(parts.map((part) => String(part).padStart(2, "0")).join(":"), "dim", colors)
}

/** Its first line is the error, which stands above. */
function stackLines(stack: unknown): string[] {
  if (typeof stack !== "string") return []
  return stack
    .split("\n")
    .slice(1)
    .map((frame) => `    ${onOneLine(frame.trim())}`)
}

function styled(text: string, style: Style | undefined, colors: boolean): string {
  return colors && style ? styleText(style, text, { validateStream: false }) : text
}

type Style = "green" | "yellow" | "red" | "dim"

/** Escapes control characters: text from elsewhere must neither look like further lines nor control the terminal. */
export function onOneLine(text: string): string {
  return text.replace(CONTROL_CHARACTERS, (character) => {
    if (character === "\n") return "\\n"
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  })
}

/** Those, line separators, and marks that reverse the direction of text. */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A job may log any message, `"__proto__"` too. */
function jobLine(entry: LogEntry): string | undefined {
  return isJobLine(entry) ? JOB_LINES[entry.message]?.(entry) : undefined
}

const JOB_LINES: Readonly<Record<string, (entry: LogEntry) => string>> = {
  "Job succeeded": (entry) => `${job(entry)} succeeded in ${duration(entry.durationMs)}${retries(entry)}`,
  "Job retried": (entry) =>
    `${job(entry)} failed (attempt ${entry.attempt}), retry in ${duration(entry.waitMs)}: ${entry.error}`,
  "Job discarded": (entry) => `${job(entry)} discarded (attempt ${entry.attempt}): ${entry.error}`,
  "Job canceled": (entry) => `${job(entry)} canceled after ${duration(entry.durationMs)}`,
  "Job snoozed": (entry) =>
    entry.waitMs === undefined
      ? `${job(entry)} put back, because the drain ended`
      : `${job(entry)} snoozed for ${duration(entry.waitMs)}`,
}

function job({ name, jobId }: LogEntry): string {
  return `${name} #${jobId}`
}

function retries({ attempt }: LogEntry): string {
  return Number(attempt) > 1 ? ` (attempt ${attempt})` : ""
}

function enqueueLine(entry: LogEntry): string | undefined {
  if (entry.message !== "Enqueued") return undefined
  if (entry.jobs === undefined) return `${entry.job} #${entry.jobId} ${entry.status}`
  return `${entry.jobs} ${entry.jobs === 1 ? "job" : "jobs"} enqueued, #${entry.firstJobId} to #${entry.lastJobId}`
}

/** A job's own line begins with the job: `job`, or in lines of the engine `name`. What a job logs as `name` is a detail. */
function plainLine(message: string, { jobId, attempt, ...details }: Record<string, unknown>): string {
  const key = details.job === undefined ? "name" : "job"
  const { [key]: job, ...others } = details
  const isOfJob = job !== undefined && jobId !== undefined
  const more = isOfJob ? others : { ...details, jobId, attempt }
  const listed = Object.entries(more).filter(([, value]) => value !== undefined)
  const text = [message, ...listed.map(([key, value]) => `${key}=${valueText(value)}`)].join(" ")
  return isOfJob ? `${job} #${jobId}: ${text}` : text
}

function valueText(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  if (value instanceof Error) return JSON.stringify(String(value))
  return JSON.stringify(toJsonable(value), toLoggable) ?? String(value)
}

function styleOf(level: string, message: string): Style | undefined {
  if (level === "error" || message === "Job discarded") return "red"
  if (level === "warn") return "yellow"
  if (message === "Job succeeded") return "green"
  return level === "debug" ? "dim" : undefined
}

function duration(value: unknown): string {
  const ms = Number(value)
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${round(ms / 1_000)} s`
  if (ms < 3_600_000) return `${round(ms / 60_000)} min`
  return `${round(ms / 3_600_000)} h`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function jsonLine({ level, message, ...details }: LogEntry): string {
  return logJson({ time: new Date(), level, message, ...details })
}

/** A line of JSON. A value that JSON can't express, such as a circular one, becomes text: a log must not fail a job. */
export function logJson(line: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(line, toLoggable)
  } catch {
    const values = Object.entries(line).map(([key, value]) => [key, toJsonable(value)])
    return JSON.stringify(Object.fromEntries(values), toLoggable)
  }
}

function toJsonable(value: unknown): unknown {
  try {
    JSON.stringify(value, toLoggable)
    return value
  } catch {
    return inspect(value)
  }
}

/** JSON would drop an error's properties. Its stack starts with its name and message. */
function toLoggable(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.stack ?? String(value)
  return typeof value === "bigint" ? String(value) : value
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

import { styleText } from "node:util"
import { isJobLine, type LogEntry, onOneLine, readableLine, timeOfDay } from "@sluice/core/log"

export interface OutputOptions {
  /** Passes lines on unchanged: START and REPORT, and the JSON of the functions behind their names. */
  readonly json: boolean
  readonly colors: boolean
  /** Whether the functions' own debug lines are shown, beside those that say how a job ended. */
  readonly debug: boolean
  readonly write: (line: string) => void
}

/** The longest name of a function, so that what follows stands below each other. */
const NAME_WIDTH = 9

/** The function whose pages refresh themselves: a line for each would hide the others. */
const REFRESHING = "dashboard"

/** An invocation that takes longer than this is shown when it starts, so that its process can be found. */
const SHOW_START_AFTER_MS = 400

/**
 * Takes the lines of the local host and prints them for people: a line for each job that ends, one for each invocation
 * that is over, and one for the start of an invocation that takes its time.
 */
export function createOutput({ json, colors, debug, write }: OutputOptions): (line: string) => void {
  if (json) return write
  const starts = new Map<string, NodeJS.Timeout>()
  return (line) => {
    const [, kind, functionName = "", requestId = ""] =
      /^(START|REPORT) (\S+) RequestId (\S+) /.exec(line) ?? []
    if (kind === "START")
      starts.set(
        requestId,
        setTimeout(() => showStart(requestId, line), SHOW_START_AFTER_MS),
      )
    else if (kind === "REPORT") showReport(functionName, requestId, line)
    else show(line)
  }

  function showStart(requestId: string, line: string): void {
    starts.delete(requestId)
    write(dim(line))
  }

  function showReport(functionName: string, requestId: string, line: string): void {
    clearTimeout(starts.get(requestId))
    const wasShort = starts.delete(requestId)
    const hasSucceeded = / succeeded \d+ MB$/.test(line)
    if (hasSucceeded && wasShort && functionName === REFRESHING) return
    write(hasSucceeded ? dim(line) : red(line))
  }

  function show(line: string): void {
    const [, functionName, printed = ""] = /^\[([\w-]+)\] (.*)$/.exec(line) ?? []
    const entry = readEntry(printed)
    if (functionName === undefined) write(line)
    else if (!entry) write(`${prefix(functionName, new Date())} ${onOneLine(printed)}`)
    else if (!isSilent(entry)) write(`${prefix(functionName, timeOf(entry))} ${readable(entry)}`)
  }

  /** Which function, and when it said so. */
  function prefix(functionName: string, at: Date): string {
    return `${timeOfDay(at, colors)} ${dim(functionName.padEnd(NAME_WIDTH))}`
  }

  function readable(entry: LogEntry): string {
    const own = Object.entries(entry).filter(([key]) => !COMMON_DETAILS.includes(key))
    return readableLine(Object.fromEntries(own) as unknown as LogEntry, colors)
  }

  /** What a drain did is told job by job. */
  function isSilent(entry: LogEntry): boolean {
    if ("_aws" in entry || entry.message === "Drained") return true
    return entry.level === "DEBUG" && !debug && !isJobLine(entry)
  }

  function dim(line: string): string {
    return colors ? styleText("dim", line, { validateStream: false }) : line
  }

  function red(line: string): string {
    return colors ? styleText("red", line, { validateStream: false }) : line
  }
}

/** Of each line of a function's log; they tell nothing on one machine. */
const COMMON_DETAILS = [
  "timestamp",
  "service",
  "sampling_rate",
  "xray_trace_id",
  "cold_start",
  "function_arn",
  "function_memory_size",
  "function_name",
  "function_request_id",
  "tenant_id",
  "chainId",
  "hop",
  "correlationId",
]

/** The line of a function's structured log, or undefined for any other line. */
function readEntry(line: string): LogEntry | undefined {
  if (!/^\{.*\}$/.test(line)) return undefined
  try {
    const entry = JSON.parse(line)
    const isLog = "_aws" in entry || (typeof entry.level === "string" && typeof entry.message === "string")
    return isLog ? entry : undefined
  } catch {
    return undefined
  }
}

function timeOf({ timestamp }: LogEntry): Date {
  const at = new Date(String(timestamp))
  return Number.isNaN(at.getTime()) ? new Date() : at
}

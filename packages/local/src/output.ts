import { styleText } from "node:util"
import { isJobLine, type LogEntry, readableLine } from "@sluice/core/log"

export interface OutputOptions {
  /** Passes lines on unchanged: START and REPORT, and the JSON of the functions behind their names. */
  readonly json: boolean
  readonly colors: boolean
  /** Whether the functions' own debug lines are shown, beside those that say how a job ended. */
  readonly debug: boolean
  readonly write: (line: string) => void
}

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
    const [, kind, requestId = ""] = /^(START|REPORT) \S+ RequestId (\S+) /.exec(line) ?? []
    if (kind === "START")
      starts.set(
        requestId,
        setTimeout(() => showStart(requestId, line), SHOW_START_AFTER_MS),
      )
    else if (kind === "REPORT") showReport(requestId, line)
    else show(line)
  }

  function showStart(requestId: string, line: string): void {
    starts.delete(requestId)
    write(dim(line))
  }

  function showReport(requestId: string, line: string): void {
    clearTimeout(starts.get(requestId))
    starts.delete(requestId)
    write(/ succeeded \d+ MB$/.test(line) ? dim(line) : red(line))
  }

  function show(line: string): void {
    const entry = readEntry(line)
    if (!entry) write(line)
    else if (!isSilent(entry)) write(readableLine(entry, colors))
  }

  /** What a drain did is told job by job. */
  function isSilent(entry: LogEntry): boolean {
    if ("_aws" in entry || entry.message === "Drained") return true
    return entry.level === "DEBUG" && !debug && !isJobLine(entry)
  }

  function dim(line: string): string {
    return colors ? styleText("dim", line) : line
  }

  function red(line: string): string {
    return colors ? styleText("red", line) : line
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

/** The line of a function's structured log, as the host prints it, or undefined for any other line. */
function readEntry(line: string): LogEntry | undefined {
  const [, json] = /^\[[\w-]+\] (\{.*\})$/.exec(line) ?? []
  if (json === undefined) return undefined
  try {
    const entry = JSON.parse(json)
    if ("_aws" in entry) return entry
    if (typeof entry.level !== "string" || typeof entry.message !== "string") return undefined
    for (const key of COMMON_DETAILS) delete entry[key]
    return entry
  } catch {
    return undefined
  }
}

import type { Logger } from "../logger.ts"
import { logJson } from "../telemetry/log-lines.ts"

const MOST_LINES = 100
const MOST_BYTES = 16 * 1024
/** A longer line is kept without its details, and with this much of its message. */
const LONGEST_LINE_BYTES = 4 * 1024
const MOST_CHARACTERS = 1_000

/** The last lines that an execution has logged. */
export interface KeptLog {
  /** A logger that writes to another one, and keeps the lines. */
  around(log: Logger): Logger
  /** The lines, each of them JSON; undefined if there are none. */
  toText(): string | undefined
}

export function createKeptLog(): KeptLog {
  const lines: { readonly text: string; readonly bytes: number }[] = []
  let bytes = 0

  function keep(text: string): void {
    const line = { text, bytes: Buffer.byteLength(text) + 1 }
    lines.push(line)
    bytes += line.bytes
    while (lines.length > MOST_LINES || bytes > MOST_BYTES) bytes -= lines.shift()?.bytes ?? 0
  }

  return {
    around(log) {
      const logAt = (level: keyof Logger) => (message: string, details?: Record<string, unknown>) => {
        keep(lineOf(level, message, details))
        log[level](message, details)
      }
      return { debug: logAt("debug"), info: logAt("info"), warn: logAt("warn"), error: logAt("error") }
    },
    toText: () => (lines.length === 0 ? undefined : lines.map(({ text }) => text).join("\n")),
  }
}

function lineOf(level: string, message: string, details: Record<string, unknown> | undefined): string {
  const start = { at: new Date(), level }
  const line = logJson({ ...details, ...start, message })
  if (Buffer.byteLength(line) <= LONGEST_LINE_BYTES) return line
  return logJson({ ...start, message: String(message).slice(0, MOST_CHARACTERS).toWellFormed(), isCut: true })
}

import type { Logger } from "@sluice/core"

/** One line of JSON each, which CloudWatch Logs Insights takes apart by itself. */
export const jsonLog: Logger = {
  debug() {},
  info: (message, details) => write("INFO", message, details),
  warn: (message, details) => write("WARN", message, details),
  error: (message, details) => write("ERROR", message, details),
}

function write(level: string, message: string, details: Record<string, unknown> = {}): void {
  process.stdout.write(`${JSON.stringify({ level, message, ...details })}\n`)
}

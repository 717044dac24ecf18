import type { Logger } from "@sluice/core"
import { logJson } from "@sluice/core/log"

/** Writes lines of JSON, which CloudWatch Logs Insights parses. For functions that should stay small. */
export const jsonLog: Logger = {
  debug() {},
  info: (message, details) => write("INFO", message, details),
  warn: (message, details) => write("WARN", message, details),
  error: (message, details) => write("ERROR", message, details),
}

function write(level: string, message: string, details: Record<string, unknown> = {}): void {
  process.stdout.write(`${logJson({ level, message, timestamp: new Date(), ...details })}\n`)
}

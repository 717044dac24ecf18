import type { Logger } from "./definition.ts"

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** The same logger with some details on every line. */
export function withDetails(log: Logger, common: Record<string, unknown>): Logger {
  const at = (level: keyof Logger) => (message: string, details?: Record<string, unknown>) =>
    log[level](message, { ...common, ...details })
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }
}

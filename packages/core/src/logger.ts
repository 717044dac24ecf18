/** Structured logging, one method a level, as `console` has them. */
export interface Logger {
  debug(message: string, details?: Record<string, unknown>): void
  info(message: string, details?: Record<string, unknown>): void
  warn(message: string, details?: Record<string, unknown>): void
  error(message: string, details?: Record<string, unknown>): void
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** The same logger with some details on every line. */
export function withDetails(log: Logger, common: Record<string, unknown>): Logger {
  const at = (level: keyof Logger) => (message: string, details?: Record<string, unknown>) =>
    log[level](message, { ...common, ...details })
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }
}

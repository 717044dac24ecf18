/** A structured logger with a method per level. `console` is one. */
export interface Logger {
  debug(message: string, details?: Record<string, unknown>): void
  info(message: string, details?: Record<string, unknown>): void
  warn(message: string, details?: Record<string, unknown>): void
  error(message: string, details?: Record<string, unknown>): void
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Returns a logger that adds details to every line. */
export function withDetails(log: Logger, common: Record<string, unknown>): Logger {
  const logAt = (level: keyof Logger) => (message: string, details?: Record<string, unknown>) =>
    log[level](message, { ...common, ...details })
  return { debug: logAt("debug"), info: logAt("info"), warn: logAt("warn"), error: logAt("error") }
}

import { type Logger, SchemaError } from "@sluice/core"

const AGAIN_AFTER_MS = 60_000

type LogFailure = (message: string, error: unknown, details: Record<string, unknown>) => void

/**
 * Logs what fails, with its stack. A schema that isn't migrated fails each page, and each poll of each open one, all for the reason in the
 * message: that is said once a minute, without a stack.
 */
export function createFailureLog(log: Logger): LogFailure {
  const saidAtMs = new Map<string, number>()
  return (message, error, details) => {
    if (!(error instanceof SchemaError)) return log.error(message, { ...details, error })
    const atMs = saidAtMs.get(error.message) ?? Number.NEGATIVE_INFINITY
    if (performance.now() - atMs < AGAIN_AFTER_MS) return
    saidAtMs.set(error.message, performance.now())
    log.error(`${message}: ${error.message}`, { ...details, code: error.code })
  }
}

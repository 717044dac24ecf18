import { setTimeout as wait } from "node:timers/promises"
import { refuse } from "../checks/validate.ts"
import { DatabaseUnavailableError } from "../errors.ts"

/** Longest wait for one connection. A suspended compute takes seconds to answer the first one. */
export const CONNECT_TIMEOUT_MS = 10_000

const MAX_ATTEMPTS = 4
/** Before the second attempt; doubled before each further one. */
const FIRST_DELAY_MS = 250
/** No attempt starts later: with a third timeout an enqueue would exceed API Gateway's 30 seconds. */
const LAST_ATTEMPT_BEFORE_MS = 15_000

/**
 * Opens a connection to a compute that may be suspended. The connection that resumes it can be refused, reset or left
 * without an answer, and is retried for 25 seconds at most. Retrying is safe because nothing has been sent yet. Other
 * errors are thrown at once.
 */
export async function retryConnect<Connection>(open: () => Promise<Connection>): Promise<Connection> {
  if (typeof open !== "function") refuse("invalid_option", open, ["retryConnect"], "a function that connects")
  const startedAtMs = performance.now()
  for (let attempt = 1; ; attempt++) {
    try {
      return await open()
    } catch (error) {
      const isLast = attempt === MAX_ATTEMPTS || performance.now() - startedAtMs > LAST_ATTEMPT_BEFORE_MS
      if (isLast || !mayBeResuming(error)) throw error
      await wait(FIRST_DELAY_MS * 2 ** (attempt - 1))
    }
  }
}

/** 57P03 means that the server is starting up. The messages are those of pg's errors without a code. */
function mayBeResuming(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true
  const { code, message } = (
    error instanceof AggregateError ? error.errors[0] : error
  ) as NodeJS.ErrnoException
  if (code !== undefined) return /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|57P03)$/.test(code)
  return /timeout expired|timeout exceeded when trying to connect|Connection terminated/.test(message)
}

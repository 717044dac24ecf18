import { setTimeout as wait } from "node:timers/promises"
import { DatabaseUnavailableError } from "@sluice/core"

/** Longest wait for one connection. A compute that was suspended takes seconds to answer the first. */
export const CONNECT_TIMEOUT_MS = 10_000

const MOST_TRIES = 4
/** Before the second try; twice as long before each further one. */
const FIRST_WAIT_MS = 250
/** No try begins later: with a third timeout an enqueue would outlast API Gateway's 30 seconds. */
const LAST_TRY_BEFORE_MS = 15_000

/**
 * Opens a connection to a compute that may be suspended: the connection that wakes it can be refused, reset or left
 * without an answer, and is then tried again, for 25 seconds at most. Only opening is: nothing has been asked yet, so
 * nothing is done twice. Whatever else goes wrong is thrown at once.
 */
export async function whenAwake<Connection>(open: () => Promise<Connection>): Promise<Connection> {
  const beganAtMs = performance.now()
  for (let tried = 1; ; tried++) {
    try {
      return await open()
    } catch (error) {
      const isLast = tried === MOST_TRIES || performance.now() - beganAtMs > LAST_TRY_BEFORE_MS
      if (isLast || !mayBeWaking(error)) throw error
      await wait(FIRST_WAIT_MS * 2 ** (tried - 1))
    }
  }
}

/** 57P03: the server says that it is starting up. The words are pg's own, which come without a code. */
function mayBeWaking(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true
  const { code, message } = (
    error instanceof AggregateError ? error.errors[0] : error
  ) as NodeJS.ErrnoException
  if (code !== undefined) return /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|57P03)$/.test(code)
  return /timeout expired|timeout exceeded when trying to connect|Connection terminated/.test(message)
}

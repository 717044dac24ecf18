import type { Connect, Queryable } from "../database/connection.ts"
import { isTemporary } from "../database/sqlstate.ts"
import { DatabaseUnavailableError, SessionLostError, SluiceError } from "../errors.ts"
import type { Drainer } from "../session/drainer.ts"
import type { JobSession } from "../session/job-session.ts"
import { createJobSessions } from "./job-sessions.ts"
import { lendConnection } from "./lent-connection.ts"
import { NotNowError, temporaryToNotNow } from "./not-now.ts"
import { recordCompletion } from "./record-completion.ts"

/** The transactions of jobs, on connections apart from the drainer's session. */
export interface Transactions {
  /**
   * Does the work in a transaction and commits it, or rolls it back when the work throws. When the signal aborts, the
   * transaction ends at once, and so does the statement that is under way in it.
   */
  run<Value>(signal: AbortSignal, work: TransactionWork<Value>): Promise<Value>
  /** Ends the connections. */
  end(): Promise<void>
}

type TransactionWork<Value> = (transaction: Queryable, record: RecordCompletion) => Promise<Value>

/**
 * Records the job's completion in its transaction and returns whether the job still belongs to the drainer. The outcome
 * without the result is recorded if Postgres can't store the result.
 */
export type RecordCompletion = (
  jobId: string,
  outcomeJson: string,
  withoutResult: string | undefined,
) => Promise<boolean>

export function createTransactions(
  drainer: Drainer,
  options: { connect: Connect; untilGiveUpMs: () => number },
): Transactions {
  const sessions = createJobSessions(drainer, options)

  return {
    async run(signal, work) {
      signal.throwIfAborted()
      const session = await sessions.begin().catch(throwUnavailable)
      const stopGuarding = guardTransaction(session, signal)
      const { transaction, close } = lendConnection(session.connection)
      try {
        signal.throwIfAborted()
        const value = await work(transaction, (...completion) => record(session, completion))
        close()
        signal.throwIfAborted()
        assertInTransaction(session)
        await temporaryToNotNow(session.query("commit"))
        sessions.reuse(session)
        return value
      } catch (error) {
        // not rolled back and reused, so that no state that the job has left in it survives
        if (!signal.aborted) await session.end()
        sessions.discard(session)
        throw error
      } finally {
        close()
        stopGuarding()
      }
    },
    end: sessions.end,
  }

  async function record(session: JobSession, completion: Parameters<RecordCompletion>): Promise<boolean> {
    assertInTransaction(session)
    return temporaryToNotNow(recordCompletion(drainer, session, ...completion))
  }
}

/** Keeps the session alive while the job does other things, and destroys it when the signal aborts. */
function guardTransaction(session: JobSession, signal: AbortSignal): () => void {
  const destroy = () => session.destroy()
  signal.addEventListener("abort", destroy)
  const beat = setInterval(() => session.beat(), session.beatMs)
  return () => {
    clearInterval(beat)
    signal.removeEventListener("abort", destroy)
  }
}

function throwUnavailable(cause: unknown): never {
  if (!(isTemporary(cause) || cause instanceof DatabaseUnavailableError || cause instanceof SessionLostError))
    throw cause
  const message = `The transaction could not be started: ${(cause as Error).message}`
  throw new NotNowError("not_now", message, { cause })
}

/** What a job has committed itself can't commit together with its completion. Drivers that know report "I" when idle. */
function assertInTransaction({ connection }: JobSession): void {
  const { getTransactionStatus } = connection as { getTransactionStatus?: () => string | null }
  if (getTransactionStatus?.call(connection) !== "I") return
  const message = "The job ended its transaction: don't commit or roll back yourself, Sluice does"
  throw new SluiceError("transaction_over", message)
}

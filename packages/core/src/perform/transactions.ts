import type { Connect, Connection, Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { NotNowError, temporaryToNotNow } from "../database/retry.ts"
import { isBadRow, isTemporary } from "../database/sqlstate.ts"
import { DatabaseUnavailableError, SessionLostError, SluiceError } from "../errors.ts"
import type { Drainer } from "../session/drainer.ts"
import { type JobSession, openJobSession } from "../session/job-session.ts"

/** Connections for transactional jobs, apart from the drainer's session: opened when needed, used again, ended with the drain. */
export interface Transactions {
  /**
   * Runs the work in a transaction and commits it; rolls back when it throws. `record` writes the job's completion
   * in the same transaction and answers whether the job was still ours. Given two outcomes, the second is written where
   * Postgres can't store the first. When the signal aborts, the transaction and what is under way in it end at once.
   */
  run<Value>(
    signal: AbortSignal,
    work: (
      transaction: Queryable,
      record: (jobId: string, outcomesJson: readonly string[]) => Promise<boolean>,
    ) => Promise<Value>,
  ): Promise<Value>
  end(): Promise<void>
}

export function createTransactions(
  drainer: Drainer,
  options: { connect: Connect; untilGiveUpMs: () => number },
): Transactions {
  const idle: Promise<JobSession>[] = []
  const open = new Set<JobSession>()
  return {
    async run(signal, work) {
      signal.throwIfAborted()
      const session = await begun().catch(unavailable)
      const cut = () => session.destroy()
      signal.addEventListener("abort", cut)
      const beat = setInterval(() => session.beat(), session.beatMs)
      const { transaction, close } = lent(session.connection)
      try {
        signal.throwIfAborted()
        const value = await work(transaction, (jobId, outcomesJson) =>
          temporaryToNotNow(record(session, jobId, outcomesJson)),
        )
        close()
        signal.throwIfAborted()
        assertUnderWay(session)
        await temporaryToNotNow(session.query("commit"))
        keep(session)
        return value
      } catch (error) {
        // ended, not rolled back and reused: whatever state the job has left it in goes with it
        if (!signal.aborted) await session.end()
        discard(session)
        throw error
      } finally {
        close()
        clearInterval(beat)
        signal.removeEventListener("abort", cut)
      }
    },
    async end() {
      await Promise.all([...open].map((session) => session.end()))
    },
  }

  /** A session in a transaction of the app's isolation, that may write whatever the app's default is. */
  async function begun(): Promise<JobSession> {
    const session = (await kept()) ?? (await opened())
    await session.query("begin read write").catch((error) => {
      discard(session)
      throw error
    })
    return session
  }

  async function kept(): Promise<JobSession | undefined> {
    for (let next = idle.pop(); next; next = idle.pop()) {
      const session = await next.catch(() => undefined)
      if (session && open.has(session)) return session // it may have ended while nobody used it
    }
    return undefined
  }

  async function opened(): Promise<JobSession> {
    const { schema, sessionTimeoutMs } = drainer
    const session = await openJobSession({ ...options, schema, sessionTimeoutMs: sessionTimeoutMs })
    open.add(session)
    session.lost.addEventListener("abort", () => discard(session))
    return session
  }

  /** Nothing that a job has set, locked, prepared or made for its session reaches the next. */
  function keep(session: JobSession): void {
    const asNew = session.reset().then(
      () => session,
      (error) => {
        discard(session)
        throw error
      },
    )
    asNew.catch(() => {})
    idle.push(asNew)
  }

  function discard(session: JobSession): void {
    open.delete(session)
    session.destroy()
  }

  async function record(
    session: JobSession,
    jobId: string,
    [outcomeJson, plainer]: readonly string[],
  ): Promise<boolean> {
    assertUnderWay(session)
    if (plainer === undefined) return write(session, jobId, outcomeJson as string)
    await session.query("savepoint sluice_record")
    try {
      return await write(session, jobId, outcomeJson as string)
    } catch (error) {
      if (!isBadRow(error)) throw error
      await session.query("rollback to savepoint sluice_record")
      drainer.log.warn("Postgres can't store the result: the job succeeded without it", {
        ...{ jobId, error: String(error) },
      })
      return write(session, jobId, plainer)
    }
  }

  async function write(session: JobSession, jobId: string, outcomeJson: string): Promise<boolean> {
    const { text, values } = protocolCall(drainer.schema, "settle_outcomes", {
      p_drainer: drainer.id,
      p_outcomes: `[${outcomeJson}]`,
    })
    const [{ lost }] = await session.query(`select ${text}::pg_catalog.text[] as lost`, values)
    return !lost.includes(jobId)
  }
}

function unavailable(cause: unknown): never {
  if (!(isTemporary(cause) || cause instanceof DatabaseUnavailableError || cause instanceof SessionLostError))
    throw cause
  const message = `No transaction could be begun: ${(cause as Error).message}`
  throw new NotNowError("not_now", message, { cause })
}

/** What a job has committed by itself can't be one with its completion. Drivers that know say "I" outside of any. */
function assertUnderWay({ connection }: JobSession): void {
  const { getTransactionStatus } = connection as { getTransactionStatus?: () => string | null }
  if (getTransactionStatus?.call(connection) !== "I") return
  const message = "The job has ended its transaction itself: leave commit and rollback to Sluice"
  throw new SluiceError("transaction_over", message)
}

/** The connection as a job has it: every use after the job's end throws, also of a method that was taken before. */
function lent(connection: Connection): { transaction: Queryable; close(): void } {
  let isOver = false
  const assertOpen = () => {
    if (!isOver) return
    const message = "The job has ended, and its transaction with it: await what it does before it returns"
    throw new SluiceError("transaction_over", message)
  }
  const transaction = new Proxy(connection, {
    get(target, key) {
      assertOpen()
      const value = Reflect.get(target, key, target)
      if (typeof value !== "function") return value
      return (...parameters: unknown[]) => {
        assertOpen()
        return value.apply(target, parameters)
      }
    },
    set(target, key, value) {
      assertOpen()
      return Reflect.set(target, key, value, target)
    },
  })
  return {
    transaction,
    close() {
      isOver = true
    },
  }
}

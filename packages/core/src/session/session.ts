import type { Connect, Connection } from "../database/connection.ts"
import { preparing } from "../database/prepared.ts"
import { retryBriefly } from "../database/retry.ts"
import { isConnectionLost } from "../database/sqlstate.ts"
import { translateError } from "../database/translate-error.ts"
import { withOwnParsers } from "../database/type-parsers.ts"
import { SessionLostError } from "../errors.ts"
import { connectInTime, destroyConnection, endConnection } from "./connect.ts"
import { createTimeoutWatch } from "./session-timeout.ts"

export interface SessionOptions {
  readonly schema: string
  readonly connect: Connect
  /** Whether to ask for a connection that sends statements without waiting for earlier ones. Default false. */
  readonly pipeline?: boolean
  /** After this long without a sign of life from the other end, each end takes the session for lost. */
  readonly sessionTimeoutMs: number
  /** Milliseconds until the session gives up on a statement that has no answer yet, and ends. Default: never. */
  readonly untilGiveUpMs?: (() => number) | undefined
  /** Ends the wait for a connection. */
  readonly stop?: AbortSignal | undefined
}

/** A connection that is lost to both ends if it is lost to one. */
export interface Session {
  readonly connection: Connection
  /** Aborts if the session ends before `end` is called, or if its server doesn't answer in time. */
  readonly lost: AbortSignal
  /** Runs one statement. Throws Sluice's errors, with the driver's error as their `cause`. */
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
  query(text: string, values?: unknown[]): Promise<any[]>
  /**
   * The same for a statement that the session sends often: the server parses it once. Only on a session's own backend, to which no
   * transaction pooler may have sent another's statements.
   */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  queryPrepared(text: string, values: unknown[]): Promise<any[]>
  /**
   * Runs a statement, up to four times if it fails with a temporary error and was rolled back completely. Not for
   * statements that take session locks.
   */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  queryWithRetry(text: string, values?: unknown[]): Promise<any[]>
  /** Whether it is time for a statement that shows that the drainer lives. */
  isBeatDue(): boolean
  /** Calls the listener with the channel when the database notifies the session. */
  onNotification(listener: (channel: string) => void): void
  end(): Promise<void>
  /** Ends the session at once, and with it the statement that is running. */
  destroy(): void
}

/**
 * Connects, and watches the connection. With `sendsBeats` the session sends an empty statement when nothing else has been
 * sent for a while.
 */
export async function openGuardedSession(
  options: SessionOptions,
  { sendsBeats = false } = {},
): Promise<Session> {
  const { sessionTimeoutMs, untilGiveUpMs = () => Number.POSITIVE_INFINITY } = options
  const connection = await connectInTime(options)
  const lost = new AbortController()
  const watch = createTimeoutWatch({
    sessionTimeoutMs,
    untilGiveUpMs,
    onTimeout: lose,
    onQuiet: sendsBeats ? () => void query("").catch(() => {}) : undefined,
  })
  let isEnding = false
  connection.on("error", lose)
  connection.on("end", () => lose())

  return {
    connection,
    lost: lost.signal,
    query,
    queryPrepared: preparing(query),
    queryWithRetry: (text, values) => retryBriefly(untilGiveUpMs, () => query(text, values)),
    isBeatDue: watch.isBeatDue,
    onNotification: (listener) => void connection.on("notification", ({ channel }) => listener(channel)),
    async end() {
      stopWatching()
      if (!lost.signal.aborted) await endConnection(connection)
    },
    destroy() {
      stopWatching()
      destroyConnection(connection)
    },
  }

  async function query(text: string, values?: unknown[], name?: string) {
    lost.signal.throwIfAborted()
    const statement = watch.noteSent()
    try {
      const answer = connection.query(withOwnParsers(text, name), values)
      return (await orLost(answer, lost.signal)).rows
    } catch (error) {
      const known = translateError(error)
      if (isConnectionLost(error)) lose(known as Error)
      throw lost.signal.aborted ? lost.signal.reason : known
    } finally {
      watch.noteAnswered(statement)
    }
  }

  function lose(cause?: Error): void {
    if (isEnding || lost.signal.aborted) return
    watch.stop()
    const message = `The drainer's database session was lost${cause ? `: ${cause.message}` : ""}`
    lost.abort(new SessionLostError("session_lost", message, { cause }))
    destroyConnection(connection)
  }

  function stopWatching(): void {
    isEnding = true
    watch.stop()
  }
}

/** Rejects as soon as the session is lost: a driver may wait for the network for minutes. */
async function orLost<Value>(work: Promise<Value>, lost: AbortSignal): Promise<Value> {
  work.catch(() => {})
  let forget = () => {}
  const loss = new Promise<never>((_, reject) => {
    const onLoss = () => reject(lost.reason)
    lost.addEventListener("abort", onLoss)
    forget = () => lost.removeEventListener("abort", onLoss)
  })
  try {
    return await Promise.race([work, loss])
  } finally {
    forget()
  }
}

import { setTimeout as wait } from "node:timers/promises"
import type { Connect, Connection } from "../database/connection.ts"
import { assertSessionConnection } from "../database/pooler.ts"
import { isConnectionLost, isRolledBackWhole, isTemporary } from "../database/sqlstate.ts"
import { translateError } from "../database/translate-error.ts"
import { withOwnParsers } from "../database/type-parsers.ts"
import { DatabaseUnavailableError, SessionLostError } from "../errors.ts"

// The contract of a connection that drains: what it sets when it opens, and how both of its ends notice that the other
// is gone. See docs/decisions/0019-session.md.

/** What the engine's statements rely on, whatever the server, the database or the role say. */
const CONTRACT = {
  // a second look needs a snapshot of its own, see `take.sql`
  default_transaction_isolation: "read committed",
  default_transaction_read_only: "off",
  default_transaction_deferrable: "off",
  search_path: "pg_catalog, pg_temp",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  bytea_output: "hex",
  extra_float_digits: "1",
  client_encoding: "UTF8",
  standard_conforming_strings: "on",
  array_nulls: "on",
  row_security: "on",
  // claims take their order from an index
  enable_indexscan: "on",
  enable_indexonlyscan: "on",
  enable_nestloop: "on",
  plan_cache_mode: "auto",
  jit: "off",
}

/**
 * Since PostgreSQL 17. It ends the session, where `statement_timeout` ends the statement, which is then sent again.
 * Not looked up in `pg_settings`: the statement has the time that the app's own timeout leaves it.
 */
const NO_TRANSACTION_TIMEOUT = `case when pg_catalog.current_setting('transaction_timeout', true) is not null
  then pg_catalog.set_config('transaction_timeout', '0', false) end`

/** Longest that a statement waits for a lock that others hold: it is then sent again, alone or later. */
const LONGEST_LOCK_WAIT_MS = 1_000
/** Longest that a statement of ours may take. */
const LONGEST_STATEMENT_MS = 30_000
/** Longest that opening a connection may take, a suspended compute's included. */
const LONGEST_CONNECT_MS = 30_000
const LONGEST_END_MS = 1_000
/** A statement at least this often, also when all jobs are long. */
const LONGEST_BEAT_MS = 1_000
const LONGEST_TICK_MS = 100
/** Before a statement is sent again after what passes. */
const INSIST_AFTER_MS = [50, 200, 800]

export interface SessionOptions {
  readonly schema: string
  readonly connect: Connect
  /** After so long without a word from the other end, each end takes the session for lost. */
  readonly sessionTimeoutMs: number
  /** Milliseconds until a statement that has no answer yet is given up, and the session with it. Default: never. */
  readonly untilGiveUpMs?: (() => number) | undefined
  /** Ends the wait for a connection. */
  readonly stop?: AbortSignal | undefined
}

/** A connection with the contract. */
export interface Session {
  readonly connection: Connection
  /** Aborts when the session ends, or its server falls silent, before `end` is called. */
  readonly lost: AbortSignal
  /** Runs one statement. Throws Sluice's errors; the driver's is their `cause`. */
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
  query(text: string, values?: unknown[]): Promise<any[]>
  /** Runs it again while what fails was rolled back and passes. Not for statements that take session locks. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  queryWithRetry(text: string, values?: unknown[]): Promise<any[]>
  /** Whether it is time for a statement, to say that the drainer lives. */
  isSilent(): boolean
  /** Calls the listener when the database tells that jobs have come. */
  onNotification(listener: () => void): void
  end(): Promise<void>
  /** Ends it at once, and with it what is under way. */
  destroy(): void
}

/** The session of transactional jobs, one after the other. */
export interface JobSession extends Session {
  /** Says that the drainer lives while the job does other things. */
  beat(): void
  readonly beatMs: number
  /** Makes it as it was when it was opened. */
  reset(): Promise<void>
}

/** Opens the session of a drainer. Throws `PoolerError` where its statements may reach different backends. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const session = await guarded(options, true)
  try {
    await assertSessionConnection(session, () => guarded(options))
    await session.queryWithRetry(
      `select ${settings({ ...CONTRACT, ...timeouts(options) })}, ${NO_TRANSACTION_TIMEOUT}, ${armed(options)}`,
    )
    return session
  } catch (error) {
    await session.end()
    throw error
  }
}

/**
 * Opens a session whose transactions are the jobs' own: with the app's isolation, search_path and timeouts, and the
 * same switches against silence. Each transaction begins with what the session had when it was opened.
 */
export async function openJobSession(options: SessionOptions): Promise<JobSession> {
  const session = await guarded(options)
  try {
    // also what the app's `connect` has set
    const [given] = await session.query(
      "select pg_catalog.current_setting('role') as role, (select pg_catalog.json_object_agg(name, setting) from pg_catalog.pg_settings where source operator(pg_catalog.=) 'session') as settings",
    )
    const again = settings({ ...given.settings, role: given.role })
    await session.query(`select ${armed(options)}`)
    let isBeating = false
    let resetting: Promise<void> | undefined
    return {
      ...session,
      beatMs: beatOf(options),
      beat() {
        if (isBeating) return
        isBeating = true
        // empty, so that it can't fail in a transaction that has
        const answer = session.connection.query("").catch(() => {})
        void answer.then(() => {
          isBeating = false
        })
      },
      reset() {
        resetting = (async () => {
          await session.query("discard all")
          await session.query(`select ${again}, ${armed(options)}`)
        })()
        return resetting
      },
      /** Not in the middle of a statement, which would have it cut off. */
      async end() {
        await resetting?.catch(() => {})
        await session.end()
      },
    }
  } catch (error) {
    await session.end()
    throw error
  }
}

/** Both timeouts end a statement while its drainer still listens: the server's answer comes before anybody gives up. */
function timeouts({ sessionTimeoutMs, untilGiveUpMs }: SessionOptions) {
  const leftMs = untilGiveUpMs?.() ?? Number.POSITIVE_INFINITY
  return {
    statement_timeout: `${Math.max(100, Math.floor(Math.min(LONGEST_STATEMENT_MS, sessionTimeoutMs * 0.6, leftMs)))}ms`,
    lock_timeout: `${Math.max(100, Math.floor(Math.min(LONGEST_LOCK_WAIT_MS, sessionTimeoutMs / 4, leftMs / 20)))}ms`,
  }
}

/** The server's side of the dead man's switch. */
function armed({ schema, sessionTimeoutMs }: SessionOptions): string {
  return `${schema}.set_session_timeout(p_timeout_ms => ${sessionTimeoutMs})`
}

function beatOf({ sessionTimeoutMs }: SessionOptions): number {
  return Math.min(LONGEST_BEAT_MS, sessionTimeoutMs / 4)
}

function settings(values: Readonly<Record<string, string>>): string {
  const each = ([name, value]: [string, string]) =>
    `pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`
  return Object.entries(values).map(each).join(", ")
}

/** For any value of standard_conforming_strings. */
function literal(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}

/**
 * The client's side of the dead man's switch. The server counts its silence from the last statement that it has
 * answered; this end counts from when that one was sent, and is less patient: it gives up before others can have the jobs.
 * With `beats`, something is said by itself when nobody else has anything to say.
 */
async function guarded(options: SessionOptions, beats = false): Promise<Session> {
  const { sessionTimeoutMs, untilGiveUpMs = () => Number.POSITIVE_INFINITY } = options
  const connection = await connected(options)
  const lost = new AbortController()
  const beatMs = beatOf(options)
  const tickMs = Math.min(LONGEST_TICK_MS, sessionTimeoutMs / 16)
  const patienceMs = sessionTimeoutMs * 0.8
  const inFlight = new Set<{ sentAtMs: number }>()
  let isEnding = false
  let sentAtMs = performance.now()
  let heardAtMs = sentAtMs // when the last statement was sent that was answered
  let tickedAtMs = sentAtMs
  let wasPatient = false

  const lose = (cause?: Error) => {
    if (isEnding || lost.signal.aborted) return
    clearInterval(watch)
    const message = `The drainer's database session was lost${cause ? `: ${cause.message}` : ""}`
    lost.abort(new SessionLostError("session_lost", message, { cause }))
    destroy(connection)
  }
  const watch = setInterval(() => {
    const now = performance.now()
    const isLate = now - tickedAtMs > 2 * tickMs
    tickedAtMs = now
    const why = inFlight.size === 0 ? undefined : whyGiveUp(now)
    if (beats && inFlight.size === 0 && now - sentAtMs > beatMs * 1.5) session.query("").catch(() => {})
    if (!why) {
      wasPatient = false
    } else if (isLate && !wasPatient) {
      wasPatient = true // the event loop was blocked: what has come meanwhile is read first
    } else {
      lose(new DatabaseUnavailableError("database_unavailable", why))
    }
  }, tickMs).unref()
  connection.on("error", lose)
  connection.on("end", () => lose())

  const session: Session = {
    connection,
    lost: lost.signal,
    isSilent: () => performance.now() - sentAtMs > beatMs,
    onNotification: (listener) => void connection.on("notification", listener),
    async query(text, values) {
      lost.signal.throwIfAborted()
      sentAtMs = performance.now()
      const statement = { sentAtMs }
      inFlight.add(statement)
      try {
        const answer = connection.query(withOwnParsers(text), values)
        return (await orLost(answer, lost.signal)).rows
      } catch (error) {
        const known = translateError(error)
        if (isConnectionLost(error)) lose(known as Error)
        throw lost.signal.aborted ? lost.signal.reason : known
      } finally {
        inFlight.delete(statement)
        heardAtMs = Math.max(heardAtMs, statement.sentAtMs)
      }
    },
    async queryWithRetry(text, values) {
      for (const waitMs of INSIST_AFTER_MS) {
        try {
          return await session.query(text, values)
        } catch (error) {
          if (!isTemporary(error) || !isRolledBackWhole(error) || untilGiveUpMs() < waitMs) throw error
          await wait(waitMs)
        }
      }
      return session.query(text, values)
    },
    async end() {
      isEnding = true
      clearInterval(watch)
      if (!lost.signal.aborted) await ended(connection)
    },
    destroy() {
      isEnding = true
      clearInterval(watch)
      destroy(connection)
    },
  }
  return session

  function whyGiveUp(now: number): string | undefined {
    if (untilGiveUpMs() <= 0) return "The database did not answer in the time that was left"
    const [oldest] = inFlight
    const untilMs = Math.max(heardAtMs + patienceMs, (oldest?.sentAtMs ?? now) + sessionTimeoutMs / 4)
    return now > untilMs ? `The database did not answer for ${patienceMs} ms` : undefined
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

/** A connection that comes too late is ended when it comes. */
async function connected({ connect, untilGiveUpMs, stop }: SessionOptions): Promise<Connection> {
  const giveUpAtMs = performance.now() + LONGEST_CONNECT_MS
  const isTooLate = () =>
    stop?.aborted || performance.now() > giveUpAtMs || (untilGiveUpMs && untilGiveUpMs() <= 0)
  const connecting = Promise.resolve().then(connect)
  let watch: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    watch = setInterval(() => {
      if (!isTooLate()) return
      connecting.then(ended, () => {})
      reject(
        new DatabaseUnavailableError(
          "database_unavailable",
          "The database can't be reached: connecting took too long",
        ),
      )
    }, LONGEST_TICK_MS)
  })
  try {
    return await Promise.race([connecting, tooLate])
  } catch (error) {
    throw translateError(error)
  } finally {
    clearInterval(watch)
  }
}

/** A farewell that nobody hears is cut short. */
async function ended(connection: Connection): Promise<void> {
  const late = setTimeout(() => destroy(connection), LONGEST_END_MS)
  const closed = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_END_MS + 100).unref())
  await Promise.race([connection.end().catch(() => {}), closed])
  clearTimeout(late)
}

/** The drivers of pg and Neon have their socket here. */
function destroy(connection: Connection): void {
  const { stream } = (connection as { connection?: { stream?: { destroy?(): void } } }).connection ?? {}
  if (typeof stream?.destroy === "function") stream.destroy()
  else void connection.end().catch(() => {})
}

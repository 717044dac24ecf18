import { assertSessionConnection } from "../database/pooler.ts"
import type { ProtocolCall } from "../database/protocol-call.ts"
import { isRolledBackWhole, isTemporary } from "../database/sqlstate.ts"
import { openGuardedSession, type Session, type SessionOptions } from "./session.ts"
import { sqlSessionTimeout } from "./session-timeout.ts"
import { sqlSettings } from "./sql-settings.ts"

/** What the engine's statements rely on, whatever the server, the database or the role set. */
const SETTINGS = {
  // a second look needs a snapshot of its own, see second_look.sql
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
  max_parallel_workers_per_gather: "0",
}

/**
 * Since PostgreSQL 17. `transaction_timeout` would end the session, where `statement_timeout` ends the statement, which is
 * then sent again. Not looked up in `pg_settings`, because this statement still runs under the app's own timeout.
 */
const NO_TRANSACTION_TIMEOUT = `case when pg_catalog.current_setting('transaction_timeout', true) is not null
  then pg_catalog.set_config('transaction_timeout', '0', false) end`

/** Longest that a statement waits for a lock that others hold; then it is sent again, alone or later. */
const LONGEST_LOCK_WAIT_MS = 1_000
/** Longest that one of the engine's statements may take. */
const LONGEST_STATEMENT_MS = 30_000

/**
 * Opens the session of a drainer, and makes its first call, which is sent together with the settings. Throws `PoolerError` if its
 * statements may reach different backends.
 *
 * @param opening Takes session locks, so it is made only on a backend that is the session's own.
 */
export async function openDrainerSession(
  options: SessionOptions,
  opening: ProtocolCall,
): Promise<OpenedSession> {
  const session = await connectDrainer(options)
  const { text, values } = opening
  const own = session.connection.processID
  try {
    const applying = applySettings(session, options, ifDirect(1), [own])
    const opened = session.query(`select * from ${text} ${ifDirect(values.length + 1)}`, [...values, own])
    opened.catch(() => {}) // the settings may fail first
    if (await applying) return await orOpenAnother(opened, session, options, opening)
    await assertSessionConnection(session, () => openGuardedSession(options))
    return await openAfterSettings(session, options, opening)
  } catch (error) {
    await session.end()
    throw error
  }
}

interface OpenedSession {
  readonly session: Session
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
  readonly rows: any[]
}

/**
 * If the settings failed at first, those of the app, such as a short timeout, held for an opening that was sent with them. It
 * is sent once more, after the settings, on another session: the locks that it took outlast that it was rolled back.
 */
async function orOpenAnother(
  // biome-ignore lint/suspicious/noExplicitAny: see above
  opened: Promise<any[]>,
  session: Session,
  options: SessionOptions,
  opening: ProtocolCall,
): Promise<OpenedSession> {
  try {
    return { session, rows: await opened }
  } catch (error) {
    if (!isTemporary(error) || !isRolledBackWhole(error)) throw error
  }
  await session.end()
  const another = await connectDrainer(options)
  try {
    return await openAfterSettings(another, options, opening)
  } catch (error) {
    await another.end()
    throw error
  }
}

function connectDrainer(options: SessionOptions): Promise<Session> {
  return openGuardedSession({ ...options, pipeline: true }, { sendsBeats: true })
}

async function openAfterSettings(
  session: Session,
  options: SessionOptions,
  { text, values }: ProtocolCall,
): Promise<OpenedSession> {
  await applySettings(session, options)
  return { session, rows: await session.query(`select * from ${text}`, values) }
}

/**
 * On a direct connection the backend's process id is that of the handshake; through any proxy it differs. Asked with the
 * settings, to spare a round trip.
 */
function ifDirect(parameter: number): string {
  return `where pg_catalog.pg_backend_pid() operator(pg_catalog.=) $${parameter}`
}

/** Returns whether they were applied, which a condition may prevent. */
async function applySettings(session: Session, options: SessionOptions, condition = "", values?: unknown[]) {
  const settings = sqlSettings({ ...SETTINGS, ...timeoutSettings(options) })
  const all = `${settings}, ${NO_TRANSACTION_TIMEOUT}, ${sqlSessionTimeout(options)}`
  const rows = await session.queryWithRetry(`select ${all} ${condition}`, values)
  return rows.length > 0
}

/** Both end a statement before either end of the session gives up on the other. */
function timeoutSettings({ sessionTimeoutMs, untilGiveUpMs }: SessionOptions) {
  const leftMs = untilGiveUpMs?.() ?? Number.POSITIVE_INFINITY
  const statementMs = Math.min(LONGEST_STATEMENT_MS, sessionTimeoutMs * 0.6, leftMs)
  const lockMs = Math.min(LONGEST_LOCK_WAIT_MS, sessionTimeoutMs / 4, leftMs / 20)
  return {
    statement_timeout: `${Math.max(100, Math.floor(statementMs))}ms`,
    lock_timeout: `${Math.max(100, Math.floor(lockMs))}ms`,
  }
}

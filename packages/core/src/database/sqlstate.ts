// What a failed statement means for those who sent it: one table for claim, settle, `start` and the pool's reads.
// Classes and codes are those of PostgreSQL's manual, appendix A; `SL…` are raised by our own functions.

/**
 * - `passes`: trouble of the moment or of the infrastructure. Nobody's fault; the same statement works later.
 * - `bad_row`: one of the values that were sent. The others would have been written without it.
 * - `misuse`: the code, the schema or the role. It stays until somebody mends it.
 * - `unknown`: Postgres didn't say it.
 */
export type Meaning = "passes" | "bad_row" | "misuse" | "unknown"

const MEANINGS: readonly [pattern: RegExp, meaning: Meaning][] = [
  // connection exceptions; serialization failure and deadlock; disk, memory, connections or locks used up
  [/^(08|40|53)...$/, "passes"],
  [/^25P0[34]$/, "passes"], // idle in transaction for too long; a transaction that took too long
  [/^55(006|P03)$/, "passes"], // object in use; lock not available
  [/^57(000|014|P0.)$/, "passes"], // canceled, timed out, shut down, starting up, database dropped, idle for too long
  [/^58...$/, "passes"], // I/O errors of the server
  [/^XX000$/, "passes"], // "tuple concurrently updated", and what hosted services answer while they start a compute
  [/^(28...|3D000)$/, "passes"], // a password that is being rotated, a database that is being restored
  [/^(21|22|23|44|54|P0)...$/, "bad_row"], // data, constraints, program limits (too large), a trigger's `raise`
  [/^XX00[12]$/, "bad_row"], // corrupted data or index
  [/^[0-9A-Z]{5}$/, "misuse"],
]

export function meaningOf(error: unknown): Meaning {
  if (isNetwork(error) || isReadOnlyServer(error)) return "passes"
  const state = sqlStateOf(error)
  return MEANINGS.find(([pattern]) => pattern.test(state))?.[1] ?? "unknown"
}

/**
 * A server that takes no writes: the primary is elsewhere by now. A standby says so with "feature not supported" when a
 * transaction is to be read-write or serializable. That can be many things, so the place in the server's code that it came
 * from is looked at: messages are translated.
 */
export function isReadOnlyServer(error: unknown): boolean {
  const { code, routine } = saidBy(error)
  return code === "25006" || (code === "0A000" && STANDBY_ROUTINE.test(routine ?? ""))
}

/** The check of a setting that is on or off, as `transaction_read_only`; the snapshot of a serializable transaction. */
const STANDBY_ROUTINE = /^(call_bool_check_hook|GetSerializableTransactionSnapshot)$/

/** Whether the same statement will work later, on this session or another one. */
export function isTemporary(error: unknown): boolean {
  return meaningOf(error) === "passes"
}

/** Whether one of the values is to blame: the others can be written without it. */
export function isBadRow(error: unknown): boolean {
  return meaningOf(error) === "bad_row"
}

/**
 * Postgres answered, and the session goes on: the statement did nothing, and may be sent again, whole or in parts.
 * Of one that broke off with its connection nobody knows whether it was carried out.
 */
export function isRolledBackWhole(error: unknown): boolean {
  return SQLSTATE.test(sqlStateOf(error)) && !isConnectionLost(error)
}

/** Rolled back for the sake of another transaction: it is worth sending again at once. 23514: a row's partition came meanwhile. */
export function isTransient(error: unknown): boolean {
  return /^(40001|40P01|23514)$/.test(sqlStateOf(error))
}

/** The server has no room for another lock. */
export function isLockTableFull(error: unknown): boolean {
  return sqlStateOf(error) === "53200"
}

/** The session is gone, or was never had. */
export function isConnectionLost(error: unknown): boolean {
  return ENDS_SESSION.test(sqlStateOf(error)) || isNetwork(error)
}

/**
 * SQLSTATE of what the server answered, also below Sluice's own error; the operating system's code for what the
 * network did; `""` where there is none.
 */
export function sqlStateOf(error: unknown): string {
  return saidBy(error).code
}

function saidBy(error: unknown): { code: string; routine?: string } {
  for (let each = error, depth = 0; each && depth < 5; depth++) {
    if (each instanceof AggregateError && each.errors.length > 0) each = each.errors[0]
    const { code, routine, cause } = each as { code?: unknown; routine?: string; cause?: unknown }
    if (typeof code === "string" && (SQLSTATE.test(code) || NETWORK.test(code)))
      return { code, ...(routine !== undefined && { routine }) }
    each = cause
  }
  return { code: "" }
}

const SQLSTATE = /^[0-9A-Z]{5}$/
const ENDS_SESSION = /^(08...|57P0.|25P0[34]|28...|3D000|53300)$/
const NETWORK = /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENETUN|CONNECT_TIMEOUT|CONNECTION_)/
/** What drivers say without a code. */
const DRIVER_WORDS =
  /connection terminated|timeout expired|timeout exceeded when trying to connect|query read timeout|connection error and is not queryable|client was closed|cannot use a pool after/i

function isNetwork(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (SQLSTATE.test(state)) return false
  return NETWORK.test(state) || hasDriverWords(error)
}

function hasDriverWords(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  if (code === "database_unavailable" || code === "session_lost") return true
  // a socket's file that is not there has the same code as any other file
  return syscall === "connect" || DRIVER_WORDS.test(error.message) || hasDriverWords(error.cause)
}

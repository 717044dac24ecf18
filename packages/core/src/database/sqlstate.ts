// What a failed statement means for its sender: one table for claim, settle, `start` and the pool's reads.
// Classes and codes are listed in appendix A of the PostgreSQL manual; Sluice's SQL functions raise `SL…`.

/**
 * - `temporary`: contention or infrastructure. The same statement works later.
 * - `bad_row`: one of the values that were sent. Without it, the others can be written.
 * - `misuse`: the code, the schema or the role. It lasts until someone fixes it.
 * - `unknown`: the error isn't from Postgres.
 */
export type Meaning = "temporary" | "bad_row" | "misuse" | "unknown"

const MEANINGS: readonly [pattern: RegExp, meaning: Meaning][] = [
  // connection exceptions; serialization failure and deadlock; disk, memory, connections or locks used up
  [/^(08|40|53)...$/, "temporary"],
  [/^25P0[34]$/, "temporary"], // idle in transaction for too long; a transaction that took too long
  [/^55(006|P03)$/, "temporary"], // object in use; lock not available
  [/^57(000|014|P0.)$/, "temporary"], // canceled, timed out, shut down, starting up, database dropped, idle for too long
  [/^58...$/, "temporary"], // I/O errors of the server
  [/^XX000$/, "temporary"], // "tuple concurrently updated", and what hosted services return while they start a compute
  [/^(28...|3D000)$/, "temporary"], // a password that is being rotated, a database that is being restored
  [/^(21|22|23|44|54|P0)...$/, "bad_row"], // data, constraints, program limits (too large), a trigger's `raise`
  [/^XX00[12]$/, "bad_row"], // corrupted data or index
  [/^[0-9A-Z]{5}$/, "misuse"],
]

export function meaningOf(error: unknown): Meaning {
  if (isNetwork(error) || isReadOnlyServer(error)) return "temporary"
  const state = sqlStateOf(error)
  return MEANINGS.find(([pattern]) => pattern.test(state))?.[1] ?? "unknown"
}

/**
 * Whether the server accepts no writes, because another one is the primary by now. A standby reports "feature not
 * supported" for a read-write or serializable transaction. That code has many other causes, so this looks at the routine
 * in the server's code that reported it; messages are translated.
 */
export function isReadOnlyServer(error: unknown): boolean {
  const { code, routine } = driverErrorOf(error)
  return code === "25006" || (code === "0A000" && STANDBY_ROUTINE.test(routine ?? ""))
}

/** The check of an on-off setting such as `transaction_read_only`; the snapshot of a serializable transaction. */
const STANDBY_ROUTINE = /^(call_bool_check_hook|GetSerializableTransactionSnapshot)$/

/** Whether the same statement will work later, in this session or another one. */
export function isTemporary(error: unknown): boolean {
  return meaningOf(error) === "temporary"
}

/** Whether one of the values is the cause: without it, the others can be written. */
export function isBadRow(error: unknown): boolean {
  return meaningOf(error) === "bad_row"
}

/**
 * Whether Postgres reported the error and the session continues. Then the statement had no effect and may be sent again,
 * whole or in parts. If the connection broke instead, the statement may or may not have been carried out.
 */
export function isRolledBackWhole(error: unknown): boolean {
  return SQLSTATE.test(sqlStateOf(error)) && !isConnectionLost(error)
}

/** Whether it was rolled back in favor of another transaction and can be sent again at once. 23514: the row's partition was created meanwhile. */
export function isTransient(error: unknown): boolean {
  return /^(40001|40P01|23514)$/.test(sqlStateOf(error))
}

/** Whether the server has no room for what was to be written. It works again once there is some. */
export function isDiskFull(error: unknown): boolean {
  return sqlStateOf(error) === "53100"
}

/** Whether the server's lock table is full. */
export function isLockTableFull(error: unknown): boolean {
  return sqlStateOf(error) === "53200"
}

/** Whether the backend has no prepared statement of the name that was sent, or one that a migration has made useless. */
export function isStatementUnknown(error: unknown): boolean {
  const { code, routine } = driverErrorOf(error)
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery")
}

/** Whether the session has ended, or was never opened. */
export function isConnectionLost(error: unknown): boolean {
  return ENDS_SESSION.test(sqlStateOf(error)) || isNetwork(error)
}

/**
 * SQLSTATE that the server reported, also if the error is the cause of one of Sluice's; the operating system's code for a
 * network error; `""` if there is none.
 */
export function sqlStateOf(error: unknown): string {
  return driverErrorOf(error).code
}

function driverErrorOf(error: unknown): { code: string; routine?: string } {
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
/** Drivers' errors without a code. */
const DRIVER_MESSAGES =
  /connection terminated|timeout expired|timeout exceeded when trying to connect|query read timeout|connection error and is not queryable|client was closed|cannot use a pool after/i

function isNetwork(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (SQLSTATE.test(state)) return false
  return NETWORK.test(state) || hasDriverMessage(error)
}

function hasDriverMessage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  if (code === "database_unavailable" || code === "session_lost") return true
  // a missing socket has the same code as any missing file
  return syscall === "connect" || DRIVER_MESSAGES.test(error.message) || hasDriverMessage(error.cause)
}

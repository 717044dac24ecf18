import {
  DatabaseUnavailableError,
  InvalidInputError,
  PoolerError,
  SchemaError,
  SessionLostError,
} from "../errors.ts"
import { addressError, isAddressError } from "./address.ts"
import { isConnectionLost, isDiskFull, isLockTableFull, isReadOnlyServer } from "./sqlstate.ts"

/**
 * Returns Sluice's error for one of a database driver, or the same error if its cause is unknown. The SQLSTATE codes are
 * listed in appendix A of the PostgreSQL manual; Sluice's SQL functions raise `SL…`.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof DatabaseUnavailableError) return error
  if (isAddressError(error)) return addressError()
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  switch (code) {
    case "SL000":
      return new InvalidInputError("invalid_option", message, { ...placeOf(error), cause: error })
    case "22P02": // invalid text representation: JSON that jsonb can't hold
    case "22P05": // untranslatable character: \u0000
      return new InvalidInputError("invalid_json", `Postgres can't store this JSON: ${message}`, {
        cause: error,
      })
    case "SL001":
      return new SchemaError("schema_outdated", message, { cause: error })
    case "3F000": // invalid schema name
    case "42P01": // undefined table
      return new SchemaError(
        "schema_missing",
        `Sluice's tables are not in this database (${message}): run migrate`,
        {
          cause: error,
        },
      )
    case "42883": // undefined function
      return new SchemaError(
        "schema_outdated",
        `Sluice's functions are older than this code (${message}): run migrate`,
        {
          cause: error,
        },
      )
    case "SL003":
      return new PoolerError("transaction_pooler", `${message}. ${POOLER_REMEDY}`, { cause: error })
    case "SL004":
      return new SessionLostError("session_lost", message, { cause: error })
  }
  const why = whyUnavailable(error)
  return why === undefined
    ? error
    : new DatabaseUnavailableError("database_unavailable", `${why}: ${message || code}`, { cause: error })
}

/** Which trouble of the database an error tells of. */
export function whyUnavailable(error: unknown): string | undefined {
  if (isDiskFull(error)) return "The database's disk is full"
  if (isLockTableFull(error)) return "The server's lock table is full, see max_locks_per_transaction"
  if (isReadOnlyServer(error)) return "The database takes no writes"
  return isConnectionLost(error) ? "The database can't be reached" : undefined
}

/** Rejects with Sluice's error for that of a database driver. */
export async function translateErrors<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    throw translateError(error)
  }
}

/** Where the value is that was refused, see refuse_at.sql. */
function placeOf(error: unknown): { path?: (string | number)[] } {
  const { detail } = error as { detail?: string }
  return detail === undefined ? {} : JSON.parse(detail)
}

export const POOLER_REMEDY =
  "Session locks don't work through a transaction pooler: give the drainer the database's direct address. Enqueueing may use the pooler"

export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return String((error as { code?: unknown } | null)?.code ?? "")
}

import { DatabaseUnavailableError } from "@sluice/core"

/** Says in one line what an error of the database or its driver means, and what to do. Undefined for other errors. */
export function explainDatabaseError(error: unknown): string | undefined {
  if (error instanceof DatabaseUnavailableError) return explainDatabaseError(error.cause)
  const { code, message } = firstOf(error) as { code?: unknown; message?: string }
  if (typeof code !== "string") return isTimeout(message) ? unreachable(message) : undefined
  if (SYSTEM_CODE.test(code)) return unreachable(message || code)
  return SQLSTATE.test(code) ? `${message}${REMEDIES[code] ?? ""}` : undefined
}

const SYSTEM_CODE = /^(ECONN\w+|E(NOTFOUND|TIMEDOUT|HOSTUNREACH|NETUNREACH|PIPE)|EAI_\w+)$/
const SQLSTATE = /^[0-9A-Z]{5}$/

/** By SQLSTATE, see appendix A of the PostgreSQL manual. */
const REMEDIES: Readonly<Record<string, string>> = {
  "28P01": ": check the user and the password in the connection string",
  "28000": ": check the user in the connection string, and the server's pg_hba.conf",
  "25006": ": connect to the primary, or turn default_transaction_read_only off",
  "3D000": ": create it, or correct the name in the connection string",
  "3F000": ": run sluice migrate, or correct --schema",
  "42501": ": connect as a role with that right, see docs/connections.md",
  "53100": ": make room on the disk of the database; what waits for it continues by itself",
  "53200": ": raise the server's max_locks_per_transaction, or end sessions that hold many locks",
  "53300": ": close other connections, or raise the server's max_connections",
}

/** Several addresses of a name were tried, and each failed. */
function firstOf(error: unknown): unknown {
  return (error instanceof AggregateError && error.errors[0]) || error || {}
}

function isTimeout(message: string | undefined): message is string {
  return message !== undefined && /timeout expired|terminated unexpectedly/i.test(message)
}

function unreachable(reason: string): string {
  return `The database can't be reached: ${reason}`
}

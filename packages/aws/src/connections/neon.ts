// Neon's own driver instead of pg: HTTP for enqueueing and reading, a WebSocket for draining. It works where outgoing
// TCP is blocked, and suits functions that enqueue once and end: a single request is their whole connection.

import { Client, NeonDbError, neon } from "@neondatabase/serverless"
import { type Connect, DatabaseUnavailableError, type Queryable, readAddress } from "@sluice/core"
import { assertNoNeonPooler, CONNECT_TIMEOUT_MS, missingAddressError, retryConnect } from "@sluice/core/pg"

/**
 * Runs each statement as one HTTP request and one transaction, with either of Neon's addresses. Nothing stays open
 * between statements, so a freeze can't break it. A request is never repeated, because it may have been executed.
 * Without an address, as where an app is built, every statement is refused.
 */
export function createNeonHttp(url: string | undefined): Queryable {
  const sql = url ? readAddress(url, (address) => neon(address, { fullResults: true })) : undefined
  return {
    async query(text, values) {
      if (!sql) throw missingAddressError("createNeonHttp")
      try {
        return await sql.query(text, values)
      } catch (error) {
        throw isPostgresError(error) ? error : toUnavailableError(error)
      }
    },
  }
}

/**
 * Opens the dedicated connections of drainers over WebSockets. Needs the direct address, as `createConnect` does, and
 * Node 22 or newer for its WebSocket.
 */
export function createNeonConnect(url: string | undefined): Connect {
  return async () => {
    if (!url) throw missingAddressError("createNeonConnect")
    assertNoNeonPooler(url)
    return retryConnect(async () => {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
      client.on("error", () => {}) // the drainer listens too; without any listener an error would end the process
      try {
        await client.connect()
      } catch (error) {
        throw error instanceof Error ? error : toUnavailableError(error) // the WebSocket's event
      }
      return client
    })
  }
}

/** Errors of Postgres have an SQLSTATE. Without one, the connection to it failed. */
function isPostgresError(error: unknown): boolean {
  return error instanceof NeonDbError && error.code !== undefined
}

function toUnavailableError(cause: unknown): DatabaseUnavailableError {
  const message = `The database can't be reached: ${(cause as { message?: string }).message || "its WebSocket can't be opened"}`
  return new DatabaseUnavailableError("database_unavailable", message, { cause })
}

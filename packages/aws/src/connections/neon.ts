// Neon's own driver in the place of pg: HTTP for enqueueing and reading, a WebSocket for draining. For where TCP can't
// leave, and for functions that enqueue once and end: one request is their whole connection.

import { Client, NeonDbError, neon } from "@neondatabase/serverless"
import { type Connect, DatabaseUnavailableError, type Queryable, readAddress } from "@sluice/core"
import { assertNoNeonPooler } from "./pg.ts"
import { CONNECT_TIMEOUT_MS, whenAwake } from "./retry-connect.ts"

/**
 * Runs each statement as one HTTP request, a transaction of its own; either of Neon's addresses will do. Nothing is
 * open between two statements, so a freeze can't break it. A request is never repeated: it may have been carried out.
 */
export function createNeonHttp(url: string): Queryable {
  const sql = readAddress(url, (address) => neon(address, { fullResults: true }))
  return {
    async query(text, values) {
      try {
        return await sql.query(text, values)
      } catch (error) {
        throw isOfPostgres(error) ? error : unavailable(error)
      }
    },
  }
}

/**
 * Opens the dedicated connections that drainers work on, over WebSockets. Needs the direct address, as `createConnect`
 * does, and Node 22 or newer, which has the WebSocket.
 */
export function createNeonConnect(url: string): Connect {
  return async () => {
    assertNoNeonPooler(url)
    return whenAwake(async () => {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
      client.on("error", () => {}) // who uses it listens too; without a listener it would end the process
      try {
        await client.connect()
      } catch (error) {
        throw error instanceof Error ? error : unavailable(error) // the WebSocket's event
      }
      return client
    })
  }
}

/** What Postgres has said has an SQLSTATE; the rest is between it and us. */
function isOfPostgres(error: unknown): boolean {
  return error instanceof NeonDbError && error.code !== undefined
}

function unavailable(cause: unknown): DatabaseUnavailableError {
  const message = `The database can't be reached: ${(cause as { message?: string }).message || "its WebSocket can't be opened"}`
  return new DatabaseUnavailableError("database_unavailable", message, { cause })
}

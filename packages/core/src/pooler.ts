import type { Connect, Connection, Queryable } from "./database.ts"
import { PoolerError } from "./errors.ts"
import { POOLER_REMEDY } from "./translate.ts"

/** Looks that a transaction pooler would have to survive by chance. */
const ROUNDS = 5

/**
 * Refuses a connection whose statements may reach different backends. A direct one is told by the process id of its
 * handshake. Through any proxy that id differs; then a second connection takes, inside a transaction, the backend that
 * a transaction pooler would have given the first, and the first is asked whether it still has its own.
 */
export async function assertSessionConnection(first: Connection, connect: Connect): Promise<void> {
  const own = await backendPid(first)
  if (own === first.processID) return
  const second = await connect()
  second.on("error", () => {})
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await second.query("begin")
      await backendPid(second)
      const now = await backendPid(first)
      await second.query("rollback")
      if (now !== own) {
        throw new PoolerError(
          "transaction_pooler",
          `A transaction pooler stands between this drainer and Postgres: two statements of one connection reached backends ${own} and ${now}. ${POOLER_REMEDY}`,
        )
      }
    }
  } finally {
    await second.end()
  }
}

async function backendPid(connection: Queryable): Promise<number> {
  const { rows } = await connection.query("select pg_catalog.pg_backend_pid() as pid")
  return rows[0].pid
}

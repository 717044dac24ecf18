import { PoolerError } from "../errors.ts"
import type { Connection } from "./connection.ts"
import { POOLER_REMEDY } from "./translate-error.ts"

/** Looks that a transaction pooler would have to survive by chance. */
const ROUNDS = 5

/** What is asked of the two sessions. */
interface Probe {
  readonly connection: Connection
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
  query(text: string): Promise<any[]>
  end(): Promise<void>
}

/**
 * Refuses a connection whose statements may reach different backends. A direct one is told by the process id of its
 * handshake. Through any proxy that id differs; then a second connection takes, inside a transaction, the backend that
 * a transaction pooler would have given the first, and the first is asked whether it still has its own.
 */
export async function assertSessionConnection(first: Probe, open: () => Promise<Probe>): Promise<void> {
  const own = await backendPid(first)
  if (own === first.connection.processID) return
  const second = await open()
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

async function backendPid(session: Probe): Promise<number> {
  const [row] = await session.query("select pg_catalog.pg_backend_pid() as pid")
  return row.pid
}

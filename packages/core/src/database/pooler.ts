import { PoolerError } from "../errors.ts"
import { POOLER_REMEDY } from "./translate-error.ts"

/** Number of rounds in which a transaction pooler would have to return the same backend by chance. */
const ROUNDS = 5

/** What the check needs of each session. */
interface Probe {
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
  query(text: string): Promise<any[]>
  end(): Promise<void>
}

/**
 * Refuses a connection through a proxy if its statements may reach different backends. A second connection opens a
 * transaction, which makes a transaction pooler hand it the backend of the first, and the first checks whether it is
 * still on the same backend.
 */
export async function assertSessionConnection(first: Probe, open: () => Promise<Probe>): Promise<void> {
  const own = await backendPid(first)
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
          `There is a transaction pooler between this drainer and Postgres: two statements on one connection reached backends ${own} and ${now}. ${POOLER_REMEDY}`,
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

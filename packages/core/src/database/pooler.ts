import { PoolerError } from "../errors.ts"
import { POOLER_REMEDY } from "./translate-error.ts"

/** Number of rounds in which a transaction pooler would have to return the same backend by chance. */
const ROUNDS = 5

/** Runs a statement in one session, or in what claims to be one. */
// biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
export type QuerySession = (text: string) => Promise<any[]>

/** What the check needs of each session. */
interface Probe {
  query: QuerySession
  end(): Promise<void>
}

/** Refuses a connection through a proxy if its statements may reach different backends. */
export async function assertSessionConnection(first: Probe, open: () => Promise<Probe>): Promise<void> {
  const second = await open()
  try {
    const moved = await changeOfBackend(first.query.bind(first), second.query.bind(second))
    if (moved === undefined) return
    throw new PoolerError(
      "transaction_pooler",
      `There is a transaction pooler between this drainer and Postgres: two statements on one connection reached backends ${moved.from} and ${moved.to}. ${POOLER_REMEDY}`,
    )
  } finally {
    await second.end()
  }
}

/**
 * Returns the backends that two statements of the first session have reached, or undefined if they have reached the same. The second
 * session opens a transaction, which makes a transaction pooler hand it the backend of the first.
 */
export async function changeOfBackend(
  first: QuerySession,
  second: QuerySession,
): Promise<{ readonly from: number; readonly to: number } | undefined> {
  const from = await backendPid(first)
  for (let round = 0; round < ROUNDS; round++) {
    await second("begin")
    await backendPid(second)
    const to = await backendPid(first)
    await second("rollback")
    if (to !== from) return { from, to }
  }
  return undefined
}

export async function backendPid(query: QuerySession): Promise<number> {
  const [row] = await query("select pg_catalog.pg_backend_pid() as pid")
  return row.pid
}

import type { Connect, Connection, Queryable } from "./database.ts"
import type { Drainer } from "./drainer.ts"
import { ours } from "./retry.ts"
import { isBadRow } from "./sqlstate.ts"

/** Connections for transactional jobs, apart from the drainer's session: opened when needed, used again, ended with the drain. */
export interface Transactions {
  /**
   * Runs the work in a transaction and commits it; rolls back when it throws. `record` writes the job's completion
   * in the same transaction and answers whether the job was still ours. Given two outcomes, the second is written where
   * Postgres can't store the first.
   */
  run<Value>(
    signal: AbortSignal,
    work: (
      transaction: Queryable,
      record: (jobId: string, outcomesJson: readonly string[]) => Promise<boolean>,
    ) => Promise<Value>,
  ): Promise<Value>
  end(): Promise<void>
}

export function createTransactions(drainer: Drainer, connect: Connect): Transactions {
  const idle: Connection[] = []
  const open = new Set<Connection>()
  return {
    async run(signal, work) {
      const connection = idle.pop() ?? (await opened())
      try {
        await ours(connection.query("begin"))
        const value = await work(connection, (jobId, outcomesJson) =>
          ours(record(connection, jobId, outcomesJson)),
        )
        signal.throwIfAborted()
        await ours(connection.query("commit"))
        idle.push(connection)
        return value
      } catch (error) {
        // ended, not rolled back and reused: whatever state the job has left it in goes with it
        await discard(connection)
        throw error
      }
    },
    async end() {
      await Promise.all([...open].map(discard))
    },
  }

  async function opened(): Promise<Connection> {
    const connection = await ours(connect())
    open.add(connection)
    connection.on("error", () => void discard(connection))
    return connection
  }

  async function discard(connection: Connection): Promise<void> {
    open.delete(connection)
    const place = idle.indexOf(connection)
    if (place >= 0) idle.splice(place, 1)
    await connection.end().catch(() => {})
  }

  async function record(
    connection: Connection,
    jobId: string,
    [outcomeJson, plainer]: readonly string[],
  ): Promise<boolean> {
    if (plainer === undefined) return write(connection, jobId, outcomeJson as string)
    await connection.query("savepoint sluice_record")
    try {
      return await write(connection, jobId, outcomeJson as string)
    } catch (error) {
      if (!isBadRow(error)) throw error
      await connection.query("rollback to savepoint sluice_record")
      drainer.log.warn("Postgres can't store the result: the job succeeded without it", {
        ...{ jobId, error: String(error) },
      })
      return write(connection, jobId, plainer)
    }
  }

  async function write(connection: Connection, jobId: string, outcomeJson: string): Promise<boolean> {
    const { rows } = await connection.query(
      `select ${drainer.schema}.settle_outcomes($1, $2)::pg_catalog.text[] as ids`,
      [drainer.id, `[${outcomeJson}]`],
    )
    return rows[0].ids.includes(jobId)
  }
}

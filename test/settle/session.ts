import { type Connection, SCHEMA_VERSION } from "@sluice/core"
import type { TestDatabase } from "../support/database.ts"

/** One element of what the SQL function `settle` is given. */
export interface WrittenOutcome {
  readonly id: string
  readonly fence: number
  readonly outcome: string
  readonly charges_attempt?: boolean
  readonly [detail: string]: unknown
}

/** A drainer's session by hand, statement by statement. */
export interface Session {
  readonly connection: Connection
  readonly drainerId: number
  readonly backendPid: number
  claim(...names: string[]): Promise<{ id: string; fence: number }[]>
  /** The ids that were not settled. */
  settle(...outcomes: WrittenOutcome[]): Promise<string[]>
  end(): Promise<void>
}

export async function openSession(database: TestDatabase, maxDrainers = 10): Promise<Session> {
  const connection = await database.connect()
  const opened = await connection.query("select * from sluice.open_drainer($1, $2, 'by hand')", [
    SCHEMA_VERSION,
    maxDrainers,
  ])
  const { id: drainerId, backend_pid: backendPid } = opened.rows[0]
  return {
    connection,
    drainerId,
    backendPid,
    async claim(...names) {
      const values = [drainerId, backendPid, 100, names]
      const { rows } = await connection.query(
        "select jobs from sluice.claim($1, $2, $3, $4, null, '{}', '{}')",
        values,
      )
      return rows[0].jobs.map(([id, fence]: [number, number]) => ({ id: String(id), fence }))
    },
    async settle(...outcomes) {
      if (outcomes.every(({ outcome }) => outcome === "succeeded")) return settleSucceeded(outcomes)
      const values = [
        drainerId,
        backendPid,
        JSON.stringify(outcomes.map((outcome) => ({ charges_attempt: true, duration_ms: 1, ...outcome }))),
      ]
      return (await connection.query("select sluice.settle($1, $2, $3)::text[] as lost", values)).rows[0].lost
    },
    end: () => connection.end(),
  }

  /** As drainers do it for the usual outcome. */
  async function settleSucceeded(outcomes: readonly WrittenOutcome[]): Promise<string[]> {
    const ids = outcomes.map(({ id }) => id)
    const { rows } = await connection.query(
      "select sluice.settle_succeeded($1, $2, $3, $4, array_fill(1, array[cardinality($3::bigint[])]), $5)::text[] as lost",
      [drainerId, backendPid, ids, outcomes.map(({ fence }) => fence), outcomes.map(resultOf)],
    )
    return rows[0].lost
  }
}

function resultOf({ result }: WrittenOutcome): string | null {
  return result === undefined ? null : JSON.stringify(result)
}

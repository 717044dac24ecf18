import type { Database } from "./server.ts"

interface Measured<Value> {
  /** What the work returned. */
  readonly value: Value
  readonly seconds: number
  /** Bytes written meanwhile to the log that makes jobs durable: Postgres' write-ahead log, or Redis' append-only file. */
  readonly walBytes: number
}

/** Does the work, and measures what it takes. */
export async function measureWork<Value>(
  database: Database,
  work: () => Promise<Value>,
): Promise<Measured<Value>> {
  const walBefore = await walPosition(database)
  const beganAtMs = performance.now()
  const value = await work()
  const seconds = (performance.now() - beganAtMs) / 1_000
  return { value, seconds, walBytes: (await walPosition(database)) - walBefore }
}

async function walPosition({ pool, redis }: Database): Promise<number> {
  if (redis) return redis.logPosition()
  const { rows } = await pool.query("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as position")
  return Number(rows[0].position)
}

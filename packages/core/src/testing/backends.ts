import { setTimeout as wait } from "node:timers/promises"
import type pg from "pg"
import { SluiceError } from "../errors.ts"

const END_WITHIN_MS = 10_000

/** Resolves when these backends of the database are gone, and their locks are free. */
export async function untilBackendsEnd(pool: pg.Pool, pids: readonly number[]): Promise<void> {
  const giveUpAtMs = performance.now() + END_WITHIN_MS
  while (await isAnyAlive(pool, pids)) {
    if (performance.now() > giveUpAtMs)
      throw new SluiceError("never_ended", `The database sessions of a drainer don't end: ${pids.join(", ")}`)
    await wait(5)
  }
}

export async function terminateBackends(pool: pg.Pool, pids: readonly number[]): Promise<void> {
  await pool.query("select pg_catalog.pg_terminate_backend(pid) from pg_catalog.unnest($1::int4[]) pid", [
    pids,
  ])
  await untilBackendsEnd(pool, pids)
}

async function isAnyAlive(pool: pg.Pool, pids: readonly number[]): Promise<boolean> {
  const { rowCount } = await pool.query(
    "select from pg_catalog.pg_stat_activity where pid = any ($1::int4[]) and datname = pg_catalog.current_database()",
    [pids],
  )
  return rowCount !== 0
}

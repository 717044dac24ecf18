import { setTimeout as wait } from "node:timers/promises"
import type { Queryable } from "@sluice/core"

/**
 * Returns a function that checks whether the database responds within `timeoutMs`. Simultaneous callers share one query,
 * so that frequent monitors can't take all connections of the pool.
 */
export function createDatabaseProbe(database: Queryable, timeoutMs = 2_000): () => Promise<boolean> {
  let probe: Promise<boolean> | undefined
  return () => {
    probe ??= respondsInTime(database, timeoutMs).finally(() => {
      probe = undefined
    })
    return probe
  }
}

async function respondsInTime(database: Queryable, timeoutMs: number): Promise<boolean> {
  const ended = new AbortController()
  const timedOut = wait(timeoutMs, false, { signal: ended.signal })
  const responded = database.query("select 1").then(
    () => true,
    () => false,
  )
  return Promise.race([responded, timedOut]).finally(() => ended.abort())
}

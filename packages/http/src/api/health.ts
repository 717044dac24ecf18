import type { Queryable } from "@sluice/core"

/**
 * Asks whether the database answers within `timeoutMs`. Callers at the same time share one question, so that monitors
 * that come often can't take all connections of the pool.
 */
export function databaseProbe(database: Queryable, timeoutMs = 2_000): () => Promise<boolean> {
  let probe: Promise<boolean> | undefined
  return () => {
    probe ??= answersInTime(database, timeoutMs).finally(() => {
      probe = undefined
    })
    return probe
  }
}

async function answersInTime(database: Queryable, timeoutMs: number): Promise<boolean> {
  const { promise: timedOut, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, timeoutMs, false)
  const answered = database.query("select 1").then(
    () => true,
    () => false,
  )
  return Promise.race([answered, timedOut]).finally(() => clearTimeout(timer))
}

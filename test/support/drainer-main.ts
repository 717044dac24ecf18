import { createSluice, type DrainSummary, type Duration, drain } from "@sluice/core"
import pg from "pg"
import { jobs, performedIds } from "./jobs.ts"

export interface DrainerOrders {
  readonly url: string
  readonly concurrency?: number
  readonly maxDrainers?: number
  readonly sessionTimeout?: Duration
  /** Milliseconds that the drainer believes to have. */
  readonly timeMs?: number
}

export interface DrainerReport {
  readonly summary: DrainSummary
  /** Ids of the jobs it performed, one for each time. */
  readonly performed: readonly string[]
}

const { url, timeMs, ...options } = JSON.parse(process.env.DRAINER_ORDERS as string) as DrainerOrders
const pool = new pg.Pool({ connectionString: url, max: 1 })
const connect = async () => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}
const beganAtMs = performance.now()
const remainingMs =
  timeMs === undefined ? {} : { remainingMs: () => timeMs - (performance.now() - beganAtMs) }

try {
  const summary = await drain(createSluice({ database: pool, jobs: jobs(pool) }), {
    connect,
    ...options,
    ...remainingMs,
  })
  await new Promise((resolve) =>
    process.send?.({ summary, performed: performedIds } satisfies DrainerReport, resolve),
  )
} catch (error) {
  console.error(String(error))
  process.exitCode = 1
} finally {
  await pool.end()
  process.disconnect()
}

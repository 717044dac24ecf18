import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openSession } from "./session.ts"

// A drainer keeps its plans, and may have made them while a table was empty: a scan of it would then last as it fills.

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test.each<[outcome: string, details: object]>([
  ["succeeded", {}],
  ["succeeded with a result", { outcome: "succeeded", result: 1 }],
  ["snoozed", { wait_ms: 60_000, charges_attempt: false }],
])(
  "a settle of %s scans no table, neither for its job nor for those that wait for its key",
  async (outcome, details) => {
    await database.pool.query("truncate sluice.jobs, sluice.claims, sluice.permits, sluice.progress")
    await database.pool.query("vacuum analyze sluice.jobs, sluice.permits, sluice.progress")
    const options = { concurrencyKey: "shop", concurrencyLimit: 1 }
    await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "any", options })))
    const session = await openSession(database)
    const { connection, backendPid } = session
    const [job] = await session.claim("any")
    const { id, fence } = job as { id: string; fence: number }
    await connection.query("select sluice.save_progress($1, $2, $3, 'step', 'first', '1')", [
      backendPid,
      id,
      fence,
    ])

    await connection.query("begin")
    expect(await session.settle({ id, fence, outcome, ...details })).toEqual([])
    const { rows } = await connection.query(
      `select relname, seq_scan::integer from pg_stat_xact_user_tables
     where schemaname = 'sluice' and relname in ('jobs', 'permits', 'progress') and seq_scan > 0`,
    )
    await connection.query("commit")
    await session.end()
    expect(rows).toEqual([])
  },
)

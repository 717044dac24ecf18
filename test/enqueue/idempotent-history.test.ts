import { createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test("the job of an idempotency key is looked for in the history of as long as a key counts, not in all of it", async () => {
  const database = await createDatabase()
  const job = defineJob({ name: "job", perform() {} })
  const sluice = createSluice({ database: database.pool, jobs: [job] })
  const first = await sluice.enqueue("job", {}, { idempotencyKey: "one" })
  await drain(sluice, { connect: database.connect })
  await database.pool.query("select sluice.prepare_partition('finished', 'finished_at', current_date - 5)")

  const session = await database.connect()
  await session.query("begin")
  const again = await sluice.enqueue("job", {}, { idempotencyKey: "one", transaction: session })
  const { rows } = await session.query(
    `select sum(idx_scan)::int as scans, bool_or(relname like '%' || to_char(current_date - 5, 'YYYYMMDD') and idx_scan > 0) as is_old_one_read
     from pg_stat_xact_user_tables where relname like 'finished\\_%'`,
  )
  await session.query("commit")
  await session.end()

  expect(again).toEqual({ id: first.id, status: "deduplicated", state: "succeeded" })
  expect(rows).toEqual([{ scans: expect.any(Number), is_old_one_read: false }])
  expect(rows[0].scans).toBeGreaterThan(0)
})

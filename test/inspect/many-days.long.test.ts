import { createSluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { beforeAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// Each partition that a statement may read costs it time and locks, also where it has nothing.
const DAYS = 90
/** Of the 6,400 that a server has room for by default, beside those of the drainers. */
const MOST_LOCKS = 200

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const ids: Record<"new" | "old" | "waiting", string> = { new: "1", old: "2", waiting: "" }

beforeAll(async () => {
  await migrate(database.url, { retention: `${DAYS}d` })
  for (let back = DAYS - 1; back > 0; back -= 4)
    await database.rows("select sluice.force_maintenance($1, now() - $2 * interval '1 day')", [
      `${DAYS} days`,
      back,
    ])
  for (const [id, daysAgo] of [
    [1, 0.1],
    [2, 80],
  ]) {
    await database.rows(
      `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload)
       select $1, at - interval '1 hour', at, at, 0, 2, 'succeeded', 'any', 'default', '{}' from (select now() - $2 * interval '1 day' as at) a`,
      [id, daysAgo],
    )
    await database.rows(
      `insert into sluice.failures (job_id, ended_at, attempt, outcome, error_class, error_message)
       values ($1, now() - $2 * interval '1 day', 1, 'retried', 'Error', 'failed')`,
      [id, daysAgo],
    )
  }
  await database.rows("select setval('sluice.job_ids', 100)")
  ids.waiting = (await sluice.enqueue("any", {})).id
}, 120_000)

test.each(["new", "old", "waiting"] as const)(
  "of %s jobs, everything is found among 90 days",
  async (which) => {
    const job = await sluice.getJob(ids[which])
    expect(job).toMatchObject({ id: ids[which], errorCount: which === "waiting" ? 0 : 1 })
    expect(job?.errors).toHaveLength(which === "waiting" ? 0 : 1)
  },
)

test.each([
  ["get_job", "new"],
  ["get_job", "waiting"],
  ["get_job_status", "new"],
  ["get_job_status", "waiting"],
] as const)("%s of a %s job takes few locks, however many days are kept", async (name, which) => {
  expect(await locksOf(`select sluice.${name}(${ids[which]})`)).toBeLessThan(MOST_LOCKS)
})

test("enqueueing, the overview of queues and health take as few", async () => {
  for (const call of ["enqueue('any')", "read_health(60000)", "list_queues()"])
    expect(await locksOf(`select sluice.${call}`), call).toBeLessThan(MOST_LOCKS)
})

async function locksOf(statement: string): Promise<number> {
  const client = await database.pool.connect()
  try {
    await client.query("begin")
    await client.query(statement)
    const { rows } = await client.query(
      "select count(*)::integer as locks from pg_locks where pid = pg_backend_pid()",
    )
    return rows[0].locks
  } finally {
    await client.query("rollback")
    client.release()
  }
}

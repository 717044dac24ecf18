import { createSluice, type EnqueueOptions, type EnqueueResult, type Uniqueness } from "@sluice/core"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { begin, finish, jobsNamed, untilLocked } from "./racing.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const RULES: Uniqueness[] = [
  { while: "unfinished" },
  { while: "waiting" },
  { while: "unfinished", for: "1h" },
  { onConflict: "replace" },
  { onConflict: "reschedule", longestWait: "1h" },
]

test.each(RULES)(
  "of 1,000 enqueues at once with the rule %j one stores a job, and each is told it",
  async (rule) => {
    const key = JSON.stringify(rule)
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        sluice.enqueue("crowd", { n }, { delay: "1h", unique: { key, ...rule } }),
      ),
    )
    expect(new Set(results.map(({ id }) => id)).size).toBe(1)
    expect(results.filter(({ status }) => status === "enqueued")).toHaveLength(1)
    expect(await jobsNamed(database, "crowd")).toBe(1)
    await database.pool.query("delete from sluice.jobs")
  },
)

test.each(RULES)(
  "bulk calls that bring the keys in opposite orders with the rule %j meet without a deadlock",
  async (rule) => {
    const keys = ["a", "b", "m", "y", "z"]
    // one is there, one is being stored, and the others are new
    await sluice.enqueue("bulk", {}, { delay: "1h", unique: { key: "b", ...rule } })
    const blocker = await begin(database)
    await sluice.enqueue("bulk", {}, { delay: "1h", unique: { key: "m", ...rule }, transaction: blocker })
    const upward = bulk(keys, rule)
    await untilLocked(database, 1)
    const downward = bulk(keys.toReversed(), rule)
    await untilLocked(database, 2)
    await finish("rollback", blocker)

    const [up, down] = await Promise.all([upward, downward])
    expect(up.map(({ id }) => id)).toEqual(down.map(({ id }) => id).toReversed())
    expect(await jobsNamed(database, "bulk")).toBe(keys.length)
    await database.pool.query("delete from sluice.jobs; delete from sluice.unique_periods")
  },
)

test("of the jobs of one call with one key the first is stored, and the last change counts", async () => {
  const unique = { key: "batch", onConflict: "replace" } as const
  const results = await sluice.enqueueMany([
    ...[1, 2, 3].map((version) => ({ name: "batch", payload: { version }, options: { unique } })),
    { name: "batch", options: { unique: { ...unique, onConflict: "reschedule" as const }, delay: "1h" } },
    { name: "batch", options: { unique: { key: "batch", while: "waiting" as const } } },
  ])
  expect(new Set(results.map(({ id }) => id)).size).toBe(1)
  expect(results.map(({ status }) => status)).toEqual([
    "enqueued",
    "replaced",
    "replaced",
    "rescheduled",
    "deduplicated",
  ])
  expect(await sluice.getJob(results[0]?.id as string)).toMatchObject({
    payload: { version: 3 },
    state: "scheduled",
  })
})

test("a payload that takes the place of another leaves nothing of that behind, large or small", async () => {
  const unique = { key: "large", onConflict: "replace" } as const
  for (const length of [10, 20_000, 30_000, 10]) {
    const { id } = await sluice.enqueue("large", { text: "x".repeat(length) }, { unique })
    const job = await sluice.getJob(id)
    expect(job?.payload).toEqual({ text: "x".repeat(length) })
    expect(
      await database.rows("select job_id::text from sluice.payloads where job_id = $1", [id]),
    ).toHaveLength(length > 10 ? 1 : 0)
  }
})

test("a replaced job that is due keeps its place, and waits no longer than its longest wait", async () => {
  const rule = { onConflict: "replace", longestWait: "10m" } as const
  const enqueue = (key: string, options: EnqueueOptions) =>
    sluice.enqueue("place", {}, { unique: { key, ...rule }, ...options })
  const runAt = async (id: string) => (await sluice.getJob(id))?.runAt
  const { id } = await enqueue("due", {})
  const before = await runAt(id)
  await enqueue("due", {})
  expect(await runAt(id)).toEqual(before)

  await database.pool.query("update sluice.jobs set enqueued_at = now() - interval '1 hour' where id = $1", [
    id,
  ])
  expect(await enqueue("due", { delay: "5m" })).toMatchObject({ id, status: "replaced" })
  expect((await runAt(id))?.getTime()).toBeLessThan(Date.now() + 60_000)
})

afterAll(async () => {
  // the pool sends a statement again that was the victim of a deadlock
  const session = await database.connect()
  const { rows } = await session.query(
    "select pg_stat_clear_snapshot(), deadlocks::int from pg_stat_database where datname = current_database()",
  )
  await session.end()
  expect(rows[0].deadlocks).toBe(0)
})

async function bulk(keys: string[], rule: Uniqueness): Promise<EnqueueResult[]> {
  return sluice.enqueueMany(
    keys.map((key) => ({ name: "bulk", options: { delay: "1h", unique: { key, ...rule } } })),
  )
}

import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const update = async (id: string, changes: object, key: string | null = null) =>
  (
    await database.rows("select refusal from sluice.update_jobs(array[$1::bigint], $2, null, $3)", [
      id,
      changes,
      key,
    ])
  )[0].refusal

test("a job that a claim is about to begin isn't changed", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  await first.connection.query("begin")
  expect(await first.claim("any")).toHaveLength(1)
  expect(await update(id, { delay: "1h" }), "before the commit").toBe("job_held")
  await first.connection.query("commit")
  expect(await update(id, { delay: "1h" })).toBe("job_running")
  expect(await sluice.getJob(id)).toMatchObject({ state: "running" })
})

test.each<[feature: string, changes: object, key: string | null]>([
  ["a large payload", { payload: { text: "x".repeat(5_000) } }, null],
  ["a concurrency key", {}, "k"],
])(
  "a job that has got %s between a claim's candidates and its lock is left to the next claim",
  async (_, changes, key) => {
    const { first } = await openTwoSessions(database)
    const { id } = await sluice.enqueue("any", {})
    if (key !== null)
      await database.pool.query("update sluice.jobs set concurrency_limit = 1 where id = $1", [id])
    // what the claim knows of its candidates is from before this
    expect(await update(id, changes)).toBe(null)
    if (key !== null)
      await database.pool.query(
        "update sluice.jobs set concurrency_key = $2, features = 1, state = 'ready' where id = $1",
        [id, key],
      )
    await first.connection.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
    const secondLook = "select ids from sluice.second_look($1, array[$2::bigint], null, 'ready', 1000000)"
    expect((await first.connection.query(secondLook, [first.drainerId, id])).rows).toEqual([{ ids: null }])
    expect(await first.claim("any")).toMatchObject([{ id }])
  },
)

test("a job that a dead drainer has in flight isn't changed before it is reaped", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  await first.claim("any")
  await first.end()
  expect(await update(id, { delay: "1h" })).toBe("job_running")
  await second.connection.query("select sluice.reap($1, 100)", [second.drainerId])
  expect(await update(id, { delay: "1h" })).toBe(null)
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled" })
})

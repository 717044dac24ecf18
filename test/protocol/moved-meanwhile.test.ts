import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const HEAVY = "({heavy},f,)"
const LIGHT = "({heavy},t,)"

beforeEach(async () => {
  await database.pool.query("truncate sluice.jobs")
})

test.each([
  [HEAVY, "default", LIGHT],
  [LIGHT, "heavy", HEAVY],
])(
  "a job that has left the queues of %s between a claim's candidates and its lock is left to its new pool",
  async (pool, queue, newPool) => {
    const { first } = await openTwoSessions(database)
    const { id } = await sluice.enqueue("any", {}, { queue })
    await first.connection.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
    const look = "select ids from sluice.second_look($1, array[$2::bigint], null, 'ready', 1000, $3)"
    expect((await first.connection.query(look, [first.drainerId, id, pool])).rows).toEqual([{ ids: null }])
    const claim = "select jobs from sluice.claim($1, $2, 10, '{any}', null, '{}', '{}', p_pool => $3)"
    const { rows } = await first.connection.query(claim, [first.drainerId, first.backendPid, newPool])
    expect(rows[0].jobs).toEqual([[Number(id), 0, "any", {}, queue, expect.anything(), null]])
  },
)

test("a job that has left a pool's queues takes no start and no permit, and keeps its waiting key", async () => {
  const { first } = await openTwoSessions(database)
  const options = {
    unique: { key: "one", onConflict: "replace" },
    rateKey: "api",
    rate: { limit: 1, per: "1h" },
    concurrencyKey: "shop",
  } as const
  const { id } = await sluice.enqueue("any", {}, options)
  await first.connection.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
  await first.connection.query(
    "select from sluice.second_look($1, array[$2::bigint], (select features from sluice.jobs where id = $2), 'ready', 1000, $3)",
    [first.drainerId, id, HEAVY],
  )
  expect(await sluice.enqueue("any", {}, options)).toMatchObject({ id, status: "replaced" })
  expect(await database.rows("select from sluice.permits")).toEqual([])
  expect(await database.rows("select from sluice.rates, unnest(starts)")).toEqual([])
})

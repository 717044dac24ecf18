import { type Connection, createSluice, SCHEMA_VERSION } from "@sluice/core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"

let database: TestDatabase
let session: Connection
let drainer: { id: number; backend_pid: number }

beforeAll(async () => {
  database = await createDatabase()
  session = await database.connect()
  drainer = (await session.query("select * from sluice.open_drainer($1, 10, 'test')", [SCHEMA_VERSION]))
    .rows[0]
  await createSluice({ database: database.pool }).enqueueMany(
    Array.from({ length: 50 }, () => ({ name: "noop" })),
  )
})
afterAll(() => session.end())

test("a claim locks just the jobs it returns, each once, and unlocks what was settled before", async () => {
  const first = await claim(10, [], [])
  expect(first).toHaveLength(10)
  expect(await lockedIds()).toEqual(ids(first))

  // from the beginning again: its own jobs are not taken a second time. A look from the start would also leave them out as others' are
  const second = await claim(10, [], [], "(-2147483648,-infinity,0)")
  expect(ids(second)).not.toEqual(expect.arrayContaining(ids(first)))
  expect(await lockedIds()).toEqual(ids([...first, ...second]))

  // a lock that had been taken twice would survive this unlock
  await settle(first)
  expect(await lockedIds(), "a settle unlocks nothing").toEqual(ids([...first, ...second]))
  const third = await claim(5, ids(first), [first[0]?.claim as string])
  expect(await lockedIds()).toEqual(ids([...second, ...third]))
  expect(await database.rows("select count(*)::int from sluice.claims")).toEqual([{ count: 2 }])
})

test("unlocking a job whose lock is not held is an error, not a warning", async () => {
  await expect(claim(1, ["999"], [])).rejects.toMatchObject({ code: "SL004" })
})

test("a claim through another backend is refused before it locks anything", async () => {
  const before = await lockedIds()
  await expect(
    database.pool.query("select * from sluice.claim($1, $2, 10, '{noop}', null, '{}', '{}')", [
      drainer.id,
      drainer.backend_pid,
    ]),
  ).rejects.toMatchObject({ code: "SL003" })
  expect(await lockedIds()).toEqual(before)
})

interface Claimed {
  id: string
  claim: string
  fence: number
}

async function claim(
  limit: number,
  settled: string[],
  spent: string[],
  resumeAfter: string | null = null,
): Promise<Claimed[]> {
  const { rows } = await session.query(
    `select claim_id as claim, jobs
     from sluice.claim($1, $2, $3, '{noop}', $6, $4, $5, p_last_claim => null, p_looked_ms_ago => -1)`,
    [drainer.id, drainer.backend_pid, limit, settled, spent, resumeAfter],
  )
  const [{ claim, jobs }] = rows
  return jobs.map(([id, fence]: [number, number]) => ({ id: String(id), fence, claim }))
}

async function settle(jobs: Claimed[]): Promise<void> {
  const outcomes = jobs.map(({ id, fence }) => ({
    id,
    fence,
    outcome: "succeeded",
    charges_attempt: true,
    duration_ms: 1,
  }))
  await session.query("select sluice.settle($1, $2, $3)", [
    drainer.id,
    drainer.backend_pid,
    JSON.stringify(outcomes),
  ])
}

async function lockedIds(): Promise<string[]> {
  const rows = await database.rows(
    `select ((classid::bigint << 32 | objid::bigint) & 281474976710655)::text as id from pg_locks
     where locktype = 'advisory' and objsubid = 1 and pid = $1 order by 1::text`,
    [drainer.backend_pid],
  )
  return rows.map(({ id }) => id).sort()
}

function ids(jobs: Claimed[]): string[] {
  return jobs.map(({ id }) => id).sort()
}

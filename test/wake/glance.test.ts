import { type Connection, type Duration, defineJob, SCHEMA_VERSION } from "@sluice/core"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

let database: TestDatabase
let session: Connection
let drainer: { id: number; backend_pid: number }

beforeAll(async () => {
  database = await createDatabase()
  session = await database.connect()
  const opening = "select * from sluice.open_drainer($1, 10, 'test', 60000)"
  drainer = (await session.query(opening, [SCHEMA_VERSION])).rows[0]
})
beforeEach(() => database.rows("truncate sluice.jobs, sluice.claims"))
afterAll(() => session.end())

test("a glance sees a job that has come since the last look, and behind which place a claim finds it", async () => {
  const seen = await look()
  expect(await glimpse(seen)).toEqual({ is_ready: false, behind: null })
  const ids = [await store(), await store()]

  const { is_ready, behind } = await glimpse(seen)

  expect(is_ready).toBe(true)
  expect(await claimBehind(behind)).toEqual(ids)
  expect(await glimpse(seen), "once they are claimed").toEqual({ is_ready: false, behind: null })
})

test("a glance sees a job that was stored before others, and committed after they had been performed", async () => {
  const slow = await database.connect()
  await slow.query("begin")
  await slow.query("insert into sluice.jobs (name, state) values ('job', 'ready')")
  const seen = await look()
  await store()
  await database.rows("delete from sluice.jobs")
  expect(await glimpse(seen)).toMatchObject({ is_ready: false })
  await slow.query("commit")
  await slow.end()
  expect(await glimpse(seen)).toMatchObject({ is_ready: true })
})

test("a glance passes over jobs that a claim would not take", async () => {
  const seen = await look()
  const other = await database.rows("select id::text from sluice.drainers limit 1")
  const held = await store()
  await database.rows(
    `insert into sluice.claims (id, drainer_id, scope, job_ids, fences) values (nextval('sluice.claim_ids'), $1, 1, array[$2::bigint], '{0}')`,
    [other[0].id, held],
  )
  await store({ name: "'unknown'" })
  await store({ queue: "'elsewhere'" })
  await store({ timeout_ms: "60000" })
  await store({ expires_at: "now()" })

  expect(await glimpse(seen, { fitsMs: 1_000, pool: '("{default}",f,)' })).toEqual({
    is_ready: false,
    behind: null,
  })
  expect(await glimpse(seen)).toMatchObject({ is_ready: true })
})

test("a glance leaves to a look what came late, and what takes turns or is more urgent than what else may come", async () => {
  const seen = await look()
  await store({ priority: "-1" })
  expect(await glimpse(seen)).toEqual({ is_ready: true, behind: null })
  await database.rows("delete from sluice.jobs")

  await store({ fair_key: "'one'" })
  expect(await glimpse(seen)).toEqual({ is_ready: true, behind: null })
  await database.rows("delete from sluice.jobs")

  expect(await glimpse(seen)).toEqual({ is_ready: false, behind: null })
  await database.rows("select sluice.note_late_arrivals()")
  expect(await glimpse(seen)).toEqual({ is_ready: true, behind: null })
})

test("a glance says so if more than it looks at are there that the drainer can't claim", async () => {
  const seen = await look()
  await database.rows(
    "insert into sluice.jobs (name, state) select 'unknown', 'ready' from generate_series(1, 1000)",
  )
  expect(await glimpse(seen)).toEqual({ is_ready: true, behind: null })
})

test("a glance releases the locks of jobs that are settled", async () => {
  const seen = await look()
  const id = await store()
  expect(await claimBehind("(-1,-infinity,0)")).toEqual([id])
  const isFree = async () => {
    const rows = await database.rows("select pg_try_advisory_xact_lock(sluice.job_lock($1)) as free", [id])
    return rows[0].free
  }
  expect(await isFree()).toBe(false)
  const glance = "select from sluice.glance($1, $2, 20, '{job}', null, $3, '{}', $4, '{0}')"
  const { rows } = await session.query(glance, [drainer.id, drainer.backend_pid, [id], seen])
  expect(rows, "it is in the row of the claim, so it isn't seen again").toEqual([])
  expect(await isFree()).toBe(true)
})

test("a drainer to which jobs come one by one glances for them, and seldom looks", async () => {
  const COUNT = 40
  const { sent, looks } = await drainWhileJobsCome(COUNT, "1h")
  expect(sent.filter((called) => called === "glance").length).toBeGreaterThan(COUNT / 2)
  expect(looks()).toBeLessThan(COUNT)
})

test("a drain doesn't end with a glance: another look follows", async () => {
  const { sent } = await drainWhileJobsCome(10, "80ms")
  expect(sent).toContain("glance")
  expect(sent.at(-1)).toBe("claim")
})

/** Enqueues one job after the other, each once the one before it is performed. Tells what the drainer has sent. */
async function drainWhileJobsCome(count: number, linger: Duration) {
  const performed: number[] = []
  const job = defineJob({ name: "job", perform: ({ n }: { n: number }) => void performed.push(n) })
  const { sluice, drainOnce } = drainable(database, [job])
  const stop = new AbortController()
  const sent: string[] = []
  let looks = 0
  const drained = drainOnce({
    linger,
    signal: stop.signal,
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: never, values: unknown[]) {
          const [called] = /(?<=sluice\.)(glance|claim)(?=\()/.exec(JSON.stringify(statement)) ?? []
          if (called) sent.push(called)
          const answer = await query(statement, values)
          if (called === "claim" && answer.rows[0].answer.from_start) looks++
          return answer
        },
      })
    },
  })
  await eventually(() => expect(sent).toContain("claim"))
  for (let n = 0; n < count; n++) {
    await sluice.enqueue(job, { n })
    await eventually(() => expect(performed).toHaveLength(n + 1))
  }
  if (linger === "1h") stop.abort()
  expect(await drained).toMatchObject({ succeeded: count })
  return { sent, looks: () => looks }
}

/** What a look from the start has seen that finds nothing. */
async function look(): Promise<string> {
  const { rows } = await session.query(
    "select * from sluice.claim($1, $2, 20, '{job}', null, '{}', '{}', null, '{0}')",
    [drainer.id, drainer.backend_pid],
  )
  expect(rows[0]).toMatchObject({ jobs: [], more: false, whole: true })
  return rows[0].seen
}

async function glimpse(
  seen: string,
  { fitsMs = null, pool = null }: { fitsMs?: number | null; pool?: string | null } = {},
) {
  const text = `select * from sluice.glimpse(p_names => '{job}', p_seen => $1, p_priorities => '{0}', p_fits_ms => $2, p_pool => $3)`
  return (await session.query(text, [seen, fitsMs, pool])).rows[0]
}

/** The jobs that a claim behind this place brings. */
async function claimBehind(place: string | null): Promise<string[]> {
  const { rows } = await session.query(
    "select * from sluice.claim($1, $2, 20, '{job}', $3, '{}', '{}', null, '{0}', p_last_claim => null, p_looked_ms_ago => -1)",
    [drainer.id, drainer.backend_pid, place],
  )
  expect(rows[0]).toMatchObject({ from_start: false, more: false })
  return (rows[0].jobs as [number][]).map(([id]) => String(id))
}

/** Stores a ready job, whose columns are SQL. */
async function store(columns: Record<string, string> = {}): Promise<string> {
  const all: Record<string, string> = { name: "'job'", state: "'ready'", ...columns }
  const [{ id }] = await database.rows(
    `insert into sluice.jobs (${Object.keys(all)}) values (${Object.values(all)}) returning id::text`,
  )
  return id
}

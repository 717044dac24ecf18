import { expect, onTestFinished, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase, type TestDatabase } from "../support/database.ts"

// Drainers that claim the same jobs follow each other instead of passing over what the others hold.

const BEGINNING = "(-2147483648,-infinity,0)"
const A_BATCH = 150

test("a drainer resumes where the last of those that claim the same jobs ended, and tries no lock of theirs", async () => {
  const { database, store, open } = await prepare()
  const ids = await store(6 * A_BATCH)
  const drainers = [await open(), await open(), await open()]
  const tries = await countTries(database)

  const claimed: string[] = []
  for (let round = 0; round < 2; round++)
    for (const drainer of drainers) claimed.push(...(await drainer.claim({ limit: A_BATCH })).ids)

  expect(claimed).toEqual(ids)
  expect(await tries()).toBe(ids.length)
})

test("one drainer looks from the start each second, finds what came before, and the others follow it there", async () => {
  const { database, store, open } = await prepare()
  const ids = await store(40)
  const first = await open()
  const second = await open()
  expect(await first.claim({ limit: 10 })).toMatchObject({ ids: ids.slice(0, 10), from_start: true })
  const urgent = await store(20, { priority: -1 })
  expect(await second.claim({ limit: 10 })).toMatchObject({ ids: ids.slice(10, 20), from_start: false })

  await database.pool.query("update sluice.claims set looked_at = looked_at - interval '2 seconds'")
  expect(await second.claim({ limit: 10, ago: 2_000 })).toMatchObject({
    ids: urgent.slice(0, 10),
    from_start: true,
  })
  expect(await first.claim({ limit: 10, ago: 2_000 })).toMatchObject({
    ids: urgent.slice(10),
    from_start: false,
  })
})

test("a first claim that leaves the look to the next doesn't keep others from looking", async () => {
  const { store, open } = await prepare()
  await store(30)
  const woken = await open()
  expect(await woken.claim({ limit: 10, ago: -1 })).toMatchObject({ from_start: false, more: true })
  expect(await (await open()).claim({ limit: 10, ago: 2_000 })).toMatchObject({ from_start: true })
})

test("a drainer looks from the start, and at everything, although others did at a time to come by a clock that was set back since", async () => {
  const { database, store, open } = await prepare()
  await store(20, { ago: "1 minute" })
  const first = await open()
  const second = await open()
  await first.claim({ limit: 10, resumeAfter: null })
  expect(await second.claim({ limit: 20, resumeAfter: null })).toMatchObject({ more: false })
  const late = await store(1, { ago: "1 minute" })
  await database.pool.query(`
    update sluice.claims set looked_at = looked_at + interval '1 hour', claimed_at = claimed_at + interval '1 hour'`)

  expect(await (await open()).claim({ limit: 10, ago: 2_000 })).toMatchObject({
    ids: late,
    from_start: true,
    whole: true,
  })
})

test("of two that look at the same moment, one looks from the start", async () => {
  const { store, open } = await prepare()
  await store(40)
  const first = await open()
  const second = await open()
  await first.connection.query("begin isolation level read committed", [])
  expect(await first.claim({ limit: 10, ago: 2_000 })).toMatchObject({ from_start: true })
  expect(await second.claim({ limit: 10, ago: 2_000 })).toMatchObject({ from_start: false })
  expect(await second.claim({ limit: 10, ago: 6_000 }), "it waits for nobody for long").toMatchObject({
    from_start: true,
  })
  await first.connection.query("commit", [])
})

test("a drainer isn't led past jobs that the one before it couldn't take", async () => {
  const { store, open } = await prepare()
  const others = await store(10, { name: "other" })
  const long = await store(5, { timeoutMs: 60_000 })
  const ids = await store(30)
  const [otherPool, nearItsEnd, wide, usual] = [await open(), await open(), await open(), await open()]

  expect((await nearItsEnd.claim({ limit: 10, fitsMs: 1_000 })).ids).toEqual(ids.slice(0, 10))
  expect((await usual.claim({ limit: 10, fitsMs: 120_000 })).ids).toEqual([...long, ...ids.slice(10, 15)])
  expect((await nearItsEnd.claim({ limit: 5, fitsMs: 1_000 })).ids).toEqual(ids.slice(15, 20))
  expect((await wide.claim({ limit: 15, names: ["job", "other"] })).ids).toEqual([
    ...others,
    ...ids.slice(20, 25),
  ])
  expect((await otherPool.claim({ limit: 10, names: ["other"] })).ids).toEqual([])
})

test("a look at everything that finds nothing more is noted for the others, for a second or until jobs arrive late", async () => {
  const { database, store, open } = await prepare()
  const first = await open()
  const second = await open()
  await first.claim({ limit: 10, resumeAfter: null })
  expect(await database.rows("select from sluice.claims"), "nobody holds a job").toEqual([])

  const ids = await store(10, { ago: "1 minute" })
  expect((await first.claim({ limit: 10, resumeAfter: null })).ids).toEqual(ids)
  await first.claim({ limit: 10, resumeAfter: null })
  expect(await database.rows("select from sluice.claims"), "only the drainer itself does").toHaveLength(1)
  expect(await second.claim({ limit: 10, resumeAfter: null })).toMatchObject({ whole: true, more: false })
  expect(await database.rows("select from sluice.claims")).toHaveLength(2)

  const third = await open()
  expect(await third.claim({ limit: 10, resumeAfter: null })).toMatchObject({ whole: false, more: false })
  await database.pool.query("update sluice.claims set claimed_at = claimed_at - interval '2 seconds'")
  expect(await third.claim({ limit: 10, resumeAfter: null }), "after a second").toMatchObject({ whole: true })
  const late = await store(1, { ago: "1 hour" })
  await database.pool.query("select sluice.note_late_arrivals()")
  expect(await third.claim({ limit: 10, resumeAfter: null })).toMatchObject({ whole: true, ids: late })
})

test("such a look is followed by those only that claim from the same jobs, or from fewer of them", async () => {
  const { store, open } = await prepare()
  await store(20, { ago: "1 minute" })
  const [holder, looking, following] = [await open(), await open(), await open()]
  await holder.claim({ limit: 20 })
  const look = { limit: 10, resumeAfter: null }
  await looking.claim({ ...look, names: ["other"] })
  expect(await following.claim({ ...look, fitsMs: 9_000 })).toMatchObject({ whole: true, more: false })
  expect(await looking.claim({ ...look, fitsMs: 60_000 }), "it has more time").toMatchObject({
    whole: true,
    more: false,
  })
  expect(await following.claim({ ...look, fitsMs: 9_000 })).toMatchObject({ whole: false, more: false })
})

test("a claim that is held up, or a lock that somebody else holds, keeps nobody from claiming", async () => {
  const { store, open } = await prepare()
  await store(3 * A_BATCH)
  const slow = await open()
  const other = await open()
  await slow.claim({ limit: A_BATCH })
  await slow.connection.query("begin isolation level read committed", [])
  await slow.claim({ limit: A_BATCH, ago: 0 })
  expect((await other.claim({ limit: A_BATCH, ago: 0 })).ids).toHaveLength(A_BATCH)
  await slow.connection.query("commit", [])
})

test("a claim that is slow doesn't lead the others back over what they have claimed meanwhile", async () => {
  const { database, store, open } = await prepare()
  const ids = await store(4 * A_BATCH)
  const drainers = [await open(), await open(), await open()]
  for (const drainer of drainers) await drainer.claim({ limit: A_BATCH })
  const [first, , newest] = await database.rows("select id, ended_at from sluice.claims order by id")
  const slow = [first?.ended_at, newest?.id] // its row is written last, and ends early
  await database.pool.query("update sluice.claims set ended_at = $1 where id = $2", slow)
  const tries = await countTries(database)

  const next = await (await open()).claim({ limit: A_BATCH, ago: 0 })
  expect(next.ids).toEqual(ids.slice(3 * A_BATCH))
  expect(await tries(), "all but what only the slow claim has passed").toBe(2 * A_BATCH)
})

test("that another looked from the start is known although a claim that didn't know of it is written later", async () => {
  const { database, store, open } = await prepare()
  await store(40)
  await (await open()).claim({ limit: 10, ago: 2_000 })
  await (await open()).claim({ limit: 10, ago: 0 })
  await database.pool.query(
    `update sluice.claims set looked_at = looked_at - interval '5 seconds' where id = (select max(id) from sluice.claims)`,
  )
  expect(await (await open()).claim({ limit: 10, ago: 2_000 })).toMatchObject({ from_start: false })
})

test("looks at a time to come, by a clock that was set back since, hide neither another look nor what it has found", async () => {
  const { database, store, open } = await prepare()
  await store(200)
  const drainers = await Promise.all(Array.from({ length: 6 }, open))
  for (const drainer of drainers) await drainer.claim({ limit: 10, ago: 0 })
  await database.pool.query(
    "update sluice.claims set looked_at = now() + interval '1 hour', led_back_at = now() + interval '1 hour'",
  )
  const urgent = await store(50, { priority: -1 })
  const [looking, ...others] = drainers
  expect(await looking?.claim({ limit: 10, ago: 2_000 })).toMatchObject({ from_start: true })

  for (const [place, other] of others.slice(0, 4).entries())
    expect(await other.claim({ limit: 10, ago: 2_000 })).toMatchObject({
      ids: urgent.slice(10 * (place + 1), 10 * (place + 2)),
      from_start: false,
    })
})

test("a look past many jobs that others hold doesn't compare each with all of them, however little memory the role has", async () => {
  const { database, store, open } = await prepare()
  await store(10_000)
  const [holder, looking] = [await open(), await open()]
  await database.pool.query(
    `insert into sluice.claims (id, drainer_id, job_ids, fences)
     select nextval('sluice.claim_ids'), $1, array_agg(j.id), array_agg(j.fence) from sluice.jobs j group by j.id % 490`,
    [holder.drainerId],
  )
  await database.pool.query("analyze sluice.claims")
  await looking.connection.query("set work_mem = '64kB'", [])
  await looking.connection.query("set hash_mem_multiplier = 1", [])
  await looking.connection.query("set statement_timeout = '1.5s'", [])
  expect((await looking.claim({ limit: 10, resumeAfter: null })).ids).toEqual([])
})

test("a look from the start that ends behind the others leads nobody back", async () => {
  const { database, store, open } = await prepare()
  await store(40)
  await (await open()).claim({ limit: 10, ago: 0 })
  await (await open()).claim({ limit: 10, resumeAfter: null })
  expect(await database.rows("select from sluice.claims where led_back_at is not null")).toEqual([])
})

test("a drainer that leads back isn't led away by the claims that were under way, however many", async () => {
  const { database, store, open } = await prepare()
  await store(100)
  const [first, looking, led] = [await open(), await open(), await open()]
  await first.claim({ limit: 10, ago: 0 })
  const urgent = await store(30, { priority: -1 })
  await looking.claim({ limit: 10, resumeAfter: null })
  await database.pool.query(
    `insert into sluice.claims (id, drainer_id, scope, fits_ms, looked_at, ended_at, pass, job_ids, fences)
     select nextval('sluice.claim_ids'), drainer_id, scope, fits_ms, looked_at, ended_at, pass, '{}', '{}'
     from sluice.claims, generate_series(1, 17) where drainer_id = $1`,
    [first.drainerId],
  )

  expect((await looking.claim({ limit: 10, ago: 0 })).ids).toEqual(urgent.slice(10, 20))
  expect((await led.claim({ limit: 10, ago: 0 })).ids).toEqual(urgent.slice(20))
})

test("a look from the start, and whoever it leads back, tries no lock of what others hold", async () => {
  const { database, store, open } = await prepare()
  const ids = await store(4 * A_BATCH)
  const [one, other, looking, led] = [await open(), await open(), await open(), await open()]
  await one.claim({ limit: A_BATCH, ago: 0 })
  await other.claim({ limit: A_BATCH, ago: 0 })
  const tries = await countTries(database)

  const look = { limit: A_BATCH, resumeAfter: null }
  expect(await looking.claim(look)).toMatchObject({ ids: ids.slice(2 * A_BATCH, 3 * A_BATCH), whole: true })
  expect(await tries()).toBe(A_BATCH)

  const urgent = await store(20, { priority: -1 })
  expect((await looking.claim({ limit: 10, resumeAfter: null })).ids).toEqual(urgent.slice(0, 10))
  const past = { limit: A_BATCH + 10, resumeAfter: "(0,infinity,0)", ago: 0 }
  expect((await led.claim(past)).ids).toEqual([...urgent.slice(10), ...ids.slice(3 * A_BATCH)])
  expect(await tries()).toBe(2 * A_BATCH + 20)
})

async function prepare() {
  const database = await createDatabase()
  return {
    database,
    async store(
      count: number,
      { priority = 0, name = "job", timeoutMs = null as number | null, ago = "0" } = {},
    ) {
      const rows = await database.rows(
        `insert into sluice.jobs (name, state, priority, timeout_ms, run_at)
         select $1, 'ready', $2, $3, now() - $5::interval from generate_series(1, $4::int) returning id::text`,
        [name, priority, timeoutMs, count, ago],
      )
      return rows.map(({ id }) => id as string)
    },
    async open() {
      const { connection, drainerId, backendPid, end } = await openSession(database)
      onTestFinished(end)
      let lastClaim = "0"
      return {
        connection,
        drainerId,
        async claim({
          limit,
          resumeAfter = BEGINNING as string | null,
          names = ["job"],
          fitsMs = null as number | null,
          ago = null as number | null,
        }: {
          limit: number
          resumeAfter?: string | null
          names?: string[]
          fitsMs?: number | null
          ago?: number | null
        }) {
          const { rows } = await connection.query(
            `select claim_id::text, jobs, from_start, whole, more
             from sluice.claim($1, $2, $3, $4, $5, '{}', '{}', p_fits_ms => $6, p_last_claim => $7, p_looked_ms_ago => $8)`,
            [drainerId, backendPid, limit, names, resumeAfter, fitsMs, lastClaim, ago],
          )
          const [{ jobs, claim_id, ...told }] = rows
          lastClaim = claim_id ?? lastClaim
          return { ...told, ids: jobs.map(([id]: [number]) => String(id)) }
        },
      }
    },
  }
}

/** Counts how often the lock of a job is tried from now on. */
async function countTries(database: TestDatabase): Promise<() => Promise<number>> {
  const [{ text }] = await database.rows("select pg_get_functiondef('sluice.job_lock'::regproc) as text")
  const value = /RETURN (.*)/s.exec(text)?.[1]
  await database.pool.query(`
    create sequence public.tries;
    create or replace function sluice.job_lock(job_id bigint) returns bigint language plpgsql as
      $$ begin perform nextval('public.tries'); return ${value}; end $$`)
  return async () => (await database.rows("select last_value::int from public.tries"))[0].last_value
}

import { batchSize, defineJob } from "@sluice/core"
import { expect, onTestFinished, test, vi } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

// Many drainers with large batches would fill the server's lock table. Of more than four, those with a lane claim large ones.

test.each([
  [1, false, 500],
  [4, false, 500],
  [5, false, 100],
  [64, false, 100],
  [5, true, 500],
  [64, true, 500],
])("of %i drainers one whose lane is %s claims up to %i jobs at once", (drainers, hasLane, jobs) => {
  expect(batchSize(drainers, hasLane)).toBe(jobs)
})

test.each([
  [1, false, 500],
  [4, false, 500],
  [10, false, 100],
  [64, false, 17],
  [1_000, false, 10],
  [10, true, 266],
  [64, true, 266],
])(
  "of %i drainers on a server with room for 6,400 locks one whose lane is %s claims up to %i jobs at once",
  (drainers, hasLane, jobs) => {
    expect(batchSize(drainers, hasLane, 6_400)).toBe(jobs)
  },
)

test("on a server with little room for locks a drainer claims less while many others live, and more once they are gone", async () => {
  const database = await createDatabase()
  await database.pool.query(`
    create table public.batches (n serial, size integer);
    create function public.note_batch() returns trigger language plpgsql as
      $$ begin insert into public.batches (size) values (cardinality(new.job_ids)); return null; end $$;
    create trigger note_batch after insert on sluice.claims for each row execute function public.note_batch()`)
  const others = await Promise.all(Array.from({ length: 20 }, () => openSession(database, 100)))
  const endOthers = () => Promise.all(others.map((session) => session.end()))
  onTestFinished(async () => void (await endOthers()))

  let performed = 0
  const noop = defineJob({
    name: "noop",
    async perform() {
      performed += 1
      if (performed === 300) await endOthers()
    },
  })
  const { drainOnce } = drainable(database, [noop])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 3000)")
  await drainOnce({ maxDrainers: 100, concurrency: 1_000 })

  const sizes = (await database.rows("select size from public.batches order by n")).map(({ size }) => size)
  const [{ room }] = await database.rows("select sluice.lock_room() as room")
  expect(sizes[0]).toBe(batchSize(21, false, room))
  expect(Math.max(...sizes)).toBe(500)
})

test("jobs in flight stay within a drainer's share of the server's locks, and a warning says so once", async () => {
  const database = await createDatabase()
  await database.pool.query(
    "create or replace function sluice.lock_room() returns integer language sql as 'select 40'",
  )
  const warn = vi.fn()
  let running = 0
  const most = { running: 0, locks: 0 }
  const slow = defineJob({
    name: "slow",
    async perform() {
      most.running = Math.max(most.running, ++running)
      await eventually(() => expect(warn.mock.calls.length > 0 || most.running > 40).toBe(true))
      const [{ locks }] = await database.rows(
        `select count(*)::integer as locks from pg_locks
         where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
           and (classid::bigint << 32 | objid::bigint | 281474976710655) = sluice.job_lock(281474976710655)`,
      )
      most.locks = Math.max(most.locks, locks)
      running--
    },
  })
  const { drainOnce } = drainable(database, [slow])
  await database.pool.query("select sluice.enqueue('slow') from generate_series(1, 200)")
  const log = { debug() {}, info() {}, warn, error() {} }
  expect(await drainOnce({ concurrency: 100, log })).toMatchObject({ succeeded: 200 })

  expect(most).toEqual({ running: 40, locks: 40 })
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/fewer jobs at once than its concurrency.*max_locks_per_transaction/),
    { concurrency: 100, mostHeld: 40, lockRoom: 40 },
  )
})

import { batchSize, defineJob } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// Many drainers with large batches would fill the server's lock table. Of more than four, those with a lane claim large ones.

test.each([
  [1, false, 500],
  [4, false, 500],
  [5, false, 100],
  [64, false, 100],
  [5, true, 500],
  [64, true, 500],
])("of %i drainers one whose lane is %s claims up to %i jobs at once", (drainers, hasLane, jobs) => {
  expect(batchSize(drainers, { hasLane })).toBe(jobs)
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
    expect(batchSize(drainers, { hasLane, lockRoom: 6_400 })).toBe(jobs)
  },
)

test("a drainer claims less while many others live, from its first claim on, and more once they are gone", async () => {
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
  expect(sizes[0]).toBe(batchSize(21, { lockRoom: room }))
  expect(Math.max(...sizes)).toBe(500)
})

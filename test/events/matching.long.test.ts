import { createSluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

afterEach(() => database.pool.query("truncate sluice.event_waits, sluice.emitted_events"))

/** As await_event stores it, for a job that isn't there. */
async function wait(matches: readonly unknown[], event = "e"): Promise<void> {
  await database.pool.query(
    `insert into sluice.event_waits (job_id, key, event, match, shape, match_hash, is_waiting, since)
     select place, 'k', $2, match, shape, sluice.hash_at(shape, match), true, pg_current_snapshot()
     from jsonb_array_elements($1) with ordinality m (match, place), lateral (select sluice.shape_of(match) as shape) s`,
    [JSON.stringify(matches), event],
  )
}

const LEAVES = [1, 1.5, "1", "a", true, null, [], [1], [1, 2], {}, { a: 1 }, [{ a: 1 }], { a: { b: 1 } }]

function objects(random: (below: number) => number, count: number) {
  const node = (depth: number): unknown =>
    depth > 0 && random(3) === 0 ? object(depth - 1) : LEAVES[random(LEAVES.length)]
  const object = (depth: number): Record<string, unknown> =>
    Object.fromEntries(["a", "b", "c"].filter(() => random(2) === 0).map((key) => [key, node(depth)]))
  return Array.from({ length: count }, () => object(2))
}

/** Always the same numbers. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
}

test("an event ends just the waits whose matches its payload contains by jsonb's @>", async () => {
  const random = randomFrom(7)
  for (const payload of objects(random, 60)) {
    const matches = objects(random, 40)
    await wait(matches)
    const contained = await database.rows(
      "select place::int from jsonb_array_elements($1) with ordinality m (match, place) where $2::jsonb @> match order by 1",
      [JSON.stringify(matches), JSON.stringify(payload)],
    )
    await sluice.emit("e", payload)
    const ended = await database.rows(
      "select job_id::int as place from sluice.event_waits where payload is not null order by 1",
    )
    expect({ payload, ended }).toEqual({ payload, ended: contained })
    await database.pool.query("truncate sluice.event_waits")
  }
})

test.each([[[1]], [5], ["text"], [false], [{ a: 1 }]])(
  "a wait without a match is ended by any payload, such as %j",
  async (payload) => {
    await wait([{}, { a: 2 }])
    await sluice.emit("e", payload)
    const ended = "select job_id::int as place from sluice.event_waits where payload is not null"
    expect(await database.rows(ended)).toEqual([{ place: 1 }])
  },
)

test("numbers are equal however they are written", async () => {
  await wait([{ n: 100 }])
  await database.pool.query(
    "update sluice.event_waits set match = '{\"n\": 1e2}', match_hash = sluice.hash_at(shape, '{\"n\": 1e2}')",
  )
  expect(await database.rows("select resumed from sluice.emit('e', '{\"n\": 100.00}')")).toEqual([
    { resumed: 1 },
  ])
})

test("of 50,000 jobs that wait for one event, those that it doesn't match are not read", async () => {
  const matches = Array.from({ length: 50_000 }, (_, n) =>
    n % 2 === 0 ? { order: n } : { tenant: "one", order: n, state: { paid: true } },
  )
  await wait(matches)
  await database.pool.query("analyze sluice.event_waits")
  const client = await database.pool.connect()
  await client.query("begin")
  const { rows } = await client.query(
    'select resumed from sluice.emit(\'e\', \'{"order": 4711, "tenant": "one", "state": {"paid": true}}\')',
  )
  const { rows: read } = await client.query(
    "select seq_scan::int, (idx_tup_fetch + seq_tup_read)::int as fetched from pg_stat_xact_user_tables where schemaname = 'sluice' and relname = 'event_waits'",
  )
  await client.query("rollback")
  client.release()
  expect(rows).toEqual([{ resumed: 1 }])
  expect(read[0].seq_scan).toBe(0)
  expect(read[0].fetched).toBeLessThan(20)
})

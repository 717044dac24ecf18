import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

/** Claims up to `limit` jobs that take turns; returns their keys and numbers in the order of their turns. */
async function claimFair(session: Session, limit: number, { mostLookedAt = 1_000, fromStart = true } = {}) {
  const { rows } = await session.connection.query(
    "select jobs, turns from sluice.claim_fair($1, $2, $3, '{work}', '{}', '{}', null, 1e6::bigint, $4, $5)",
    [session.drainerId, session.backendPid, limit, mostLookedAt, fromStart],
  )
  const payloads = new Map(
    rows[0].jobs.map(([id, , , payload]: [number, number, string, string]) => [String(id), payload]),
  )
  return (rows[0].turns ?? []).map((id: string) => payloads.get(id))
}

/** Enqueues a job for each letter, of which the payload is the letter and its number. */
async function enqueue(database: TestDatabase, keys: string, options: object = {}, name = "work") {
  for (const [n, fairKey] of [...keys].entries()) {
    const number = keys.slice(0, n + 1).split(fairKey).length - 1
    const values = [name, JSON.stringify(`${fairKey}${number}`), JSON.stringify({ fairKey, ...options })]
    await database.rows("select sluice.enqueue($1, $2, $3)", values)
  }
}

test("with more keys than places, the claims of all drainers together go around", async () => {
  const database = await createDatabase()
  await enqueue(database, "aabbccddee")
  const one = await openSession(database)
  const other = await openSession(database)
  expect(await claimFair(one, 3)).toEqual(["a1", "b1", "c1"])
  expect(await claimFair(other, 3)).toEqual(["d1", "e1", "a2"])
  expect(await claimFair(one, 3)).toEqual(["b2", "c2", "d2"])
  expect(await claimFair(other, 3)).toEqual(["e2"])
  expect(await claimFair(one, 3)).toEqual([])
  await one.end()
  await other.end()
})

test("jobs that a drainer can't perform don't hold up those behind them, however many they are", async () => {
  const database = await createDatabase()
  await enqueue(database, "a".repeat(20), { timeout: "1h" })
  await enqueue(database, "ab")
  await enqueue(database, "c", {}, "unknown")
  const session = await openSession(database)
  const claim = async (fromStart: boolean) => {
    const { rows } = await session.connection.query(
      "select jobs, more from sluice.claim_fair($1, $2, 5, '{work}', '{}', '{}', 60000, 1e6::bigint, 15, $3)",
      [session.drainerId, session.backendPid, fromStart],
    )
    return [rows[0].jobs.map(([, , , payload]: [number, number, string, string]) => payload), rows[0].more]
  }
  expect(await claim(true)).toEqual([["b1"], true])
  for (let passed = 5; passed < 20; passed += 5) expect(await claim(false)).toEqual([[], true])
  expect(await claim(false)).toEqual([["a1"], false])
  await session.end()
})

test("a job whose lock somebody else has is left, and keeps no drainer at work", async () => {
  const database = await createDatabase()
  await enqueue(database, "a")
  const session = await openSession(database)
  const holder = await database.connect()
  await holder.query("select pg_advisory_lock(sluice.job_lock(id)) from sluice.jobs", [])
  const claim = "select jobs, more from sluice.claim_fair($1, $2, 5, '{work}', '{}', '{}')"
  const { rows } = await session.connection.query(claim, [session.drainerId, session.backendPid])
  expect(rows).toEqual([{ jobs: [], more: false }])
  await Promise.all([session.end(), holder.end()])
})

test("a job that becomes ready behind the others of its key is found by the next look from the start", async () => {
  const database = await createDatabase()
  await enqueue(database, "aaaa")
  await database.pool.query(
    "update sluice.jobs set state = 'paused', queue = 'held' where payload = '\"a1\"'",
  )
  const session = await openSession(database)
  expect(await claimFair(session, 2)).toEqual(["a2", "a3"])
  await database.pool.query("update sluice.jobs set state = 'ready' where payload = '\"a1\"'")
  expect(await claimFair(session, 1, { fromStart: false })).toEqual(["a4"])
  expect(await claimFair(session, 1)).toEqual(["a1"])
  await session.end()
})

test("jobs that another drainer has claimed and given back are found before the drain ends", async () => {
  const database = await createDatabase()
  const other = await openSession(database)
  const performed: unknown[] = []
  const work = defineJob({
    name: "work",
    async perform(payload) {
      performed.push(payload)
      if (performed.length > 1) return
      await enqueue(database, "bbb")
      await claimFair(other, 3)
      await other.connection.query(
        "with gone as (update sluice.claims set job_ids = '{}', fences = '{}' where drainer_id = $1) select pg_advisory_unlock(sluice.job_lock(id)) from sluice.jobs where fair_key = 'b'",
        [other.drainerId],
      )
    },
  })
  const { drainOnce } = drainable(database, [work])
  await enqueue(database, "a")
  await drainOnce({ maxDrainers: 10 })
  expect(performed).toEqual(["a1", "b1", "b2", "b3"])
  await other.end()
})

test("jobs that take turns are seen by what looks for work, counts it and holds what nobody knows", async () => {
  const database = await createDatabase()
  const { drainOnce } = drainable(database, [defineJob({ name: "work", perform() {} })])
  await enqueue(database, "a".repeat(60), {}, "nobody-knows")
  await enqueue(database, "b")
  const [row] = await database.rows(
    "select array(select name from unnest(sluice.kinds_due())) as names, sluice.is_work_due('{work}') as due, sluice.is_work_due('{other}') as other",
  )
  expect([row.names.sort(), row.due, row.other]).toEqual([["nobody-knows", "work"], true, false])
  expect(await database.rows("select ready from sluice.backlog()")).toEqual([{ ready: 61 }])
  await database.pool.query("update sluice.jobs set run_at = now() - interval '1 hour' where fair_key = 'b'")
  const [oldest] = await database.rows("select oldest_ready_age_ms as age from sluice.backlog()")
  expect(oldest.age).toBeGreaterThan(3_000_000)

  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await database.rows("select state, count(*)::int from sluice.jobs group by 1")).toEqual([
    { state: "unknown", count: 60 },
  ])
})

test("a job keeps its key through a failure and a retry by hand", async () => {
  const database = await createDatabase()
  let isFailing = true
  const work = defineJob({
    name: "work",
    fair: "all",
    maxAttempts: 1,
    perform() {
      if (isFailing) throw new Error("no")
    },
  })
  const { sluice, drainOnce } = drainable(database, [work])
  const { id } = await sluice.enqueue("work", {})
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", fairKey: "all" })
  isFailing = false
  await sluice.retryJob(id)
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready", fairKey: "all" })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("jobs by name get the key and the weight that are registered, and must give one that is computed", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "work", fair: { key: "all", weight: 2 }, perform() {} }),
    defineJob({ name: "other", fair: () => "one", perform() {} }),
    defineJob({ name: "none", perform() {} }),
  ])
  await drainOnce()
  const keyless = sluice.enqueue("none", {}, { fairWeight: 2 })
  await expect(keyless).rejects.toThrow("fairKey is missing: give a key, or leave out fairWeight")
  await database.rows("select sluice.enqueue('work')")
  await database.rows(`select sluice.enqueue('work', '{}', '{"fairKey": "mine", "fairWeight": 3}')`)
  expect(await database.rows("select fair_key, fair_weight from sluice.jobs order by id")).toEqual([
    { fair_key: "all", fair_weight: 2 },
    { fair_key: "mine", fair_weight: 3 },
  ])
  await expect(database.rows("select sluice.enqueue('other')")).rejects.toThrow(/fairKey/)
  await database.rows(`select sluice.enqueue('other', '{}', '{"fairKey": "given"}')`)
  expect(await database.rows("select fair_key from sluice.jobs where name = 'other'")).toEqual([
    { fair_key: "given" },
  ])
  expect(await sluice.enqueue("other", {})).toMatchObject({ status: "enqueued" })
})

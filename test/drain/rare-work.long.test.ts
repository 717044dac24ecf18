import { expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"

// What a drain asks for in one statement before it looks at each of it.

const job = (state: string, columns = "", values = "") =>
  `insert into sluice.jobs (name, state, run_at${columns}) values ('job', '${state}', now() + interval '1 hour'${values})`
const RATE = "(1, 86400000, 1)::sluice.rate_limit"

test.each([
  ["an unknown name", job("unknown"), ["for_tick", "for_last_look"]],
  ["a key to be computed", job("unkeyed", ", concurrency_limit", ", 1"), ["for_last_look"]],
  ["a paused queue's job", job("paused"), ["for_repair"]],
  [
    "a blocked job",
    job("blocked", ", concurrency_key, concurrency_limit, features", ", 'key', 1, 1"),
    ["for_repair"],
  ],
  [
    "a job behind another",
    job("behind", ", concurrency_key, concurrency_limit, holds_key, features", ", 'key', 1, true, 257"),
    ["for_repair"],
  ],
  [
    "a throttled job",
    job("throttled", ", rate_key, rate, features", `, 'key', ${RATE}, 8`),
    ["for_tick", "for_repair", "for_last_look"],
  ],
  [
    "a rate whose next job may start",
    `insert into sluice.rates (rate_key, rate, job_id, started_at, starts, next_at, until_at)
     values ('key', ${RATE}, 0, array[now()], array[1], now(), now())`,
    ["for_tick", "for_repair", "for_last_look"],
  ],
  [
    "a schedule",
    `insert into sluice.schedules (key, name, settings, job, every_ms, time_zone, jitter_ms, catch_up, overlap, is_enabled, is_dynamic, next_at)
     values ('key', 'job', '{}', '{}', 1000, 'UTC', 0, 'once', 'allow', true, true, now())`,
    ["for_tick", "for_last_look"],
  ],
  ["a pause", "insert into sluice.pauses (kind, target) values ('queue', 'mail')", ["for_repair"]],
  ["a wait that nobody saw", "insert into sluice.unseen_waits (token) values ('token')", ["for_tick"]],
  ["a batch that nobody gathers", "insert into sluice.orphaned_batches (batch_id) values (1)", ["for_tick"]],
  ["an event", "insert into sluice.emitted_events (event, payload) values ('event', '{}')", ["for_tick"]],
  ["a dependent", "insert into sluice.due_dependents (child_id) values (1)", ["for_tick"]],
  ["a batch's count", "insert into sluice.batch_counts (batch_id, succeeded) values (1, 1)", ["for_tick"]],
  [
    "a job that is due",
    "insert into sluice.jobs (name, state, run_at) values ('job', 'scheduled', now() - interval '1 minute')",
    ["is_due"],
  ],
  [
    "that nobody has repaired",
    "update sluice.ticks set ticked_at = now() - interval '2 seconds'",
    ["is_repair_due"],
  ],
  [
    "that somebody has repaired at a time to come, by a clock that was set back since,",
    "update sluice.ticks set ticked_at = now() + interval '1 hour'",
    ["is_repair_due"],
  ],
  ["a callback to be enqueued again", "insert into sluice.batches (retry_at) values (now())", ["for_tick"]],
])("%s is seen", async (_what, statement, expected) => {
  const database = await createRepaired()
  expect(await rareWork(database)).toEqual([])
  await database.rows(statement)
  expect(await rareWork(database)).toEqual(expected)
})

test("jobs that are due, but were when somebody last looked, aren't", async () => {
  const database = await createRepaired()
  await database.rows(
    "insert into sluice.jobs (name, state, run_at) values ('job', 'scheduled', now() - interval '1 minute')",
  )
  expect(await rareWork(database, "now() - interval '30 seconds'")).toEqual([])
})

test("jobs that are ready or scheduled are no rare work", async () => {
  const database = await createRepaired()
  await database.rows(job("ready"))
  await database.rows(job("scheduled"))
  expect(await rareWork(database)).toEqual([])
})

test("a tick repairs although somebody has at a time to come, by a clock that was set back since", async () => {
  const database = await createDatabase()
  await database.rows("update sluice.ticks set ticked_at = now() + interval '1 hour'")
  await database.rows("select sluice.tick('{}')")
  expect(await database.rows("select from sluice.ticks where ticked_at <= now()")).toHaveLength(1)
})

/** A database in which nobody has to repair for the time of a test. */
async function createRepaired(): Promise<TestDatabase> {
  const database = await createDatabase()
  await database.rows("update sluice.ticks set ticked_at = 'infinity'")
  return database
}

async function rareWork(database: TestDatabase, since = "null"): Promise<string[]> {
  const [row] = await database.rows(`select * from sluice.rare_work(${since})`)
  return Object.keys(row).filter((name) => row[name])
}

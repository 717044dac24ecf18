import { Discard, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const running = Promise.withResolvers<void>()
const finish = Promise.withResolvers<void>()
const greet = defineJob({ name: "greet", perform: ({ to }: { to: string }) => ({ greeted: to }) })
const refuse = defineJob({
  name: "refuse",
  perform() {
    throw new Discard("no such address")
  },
})
const long = defineJob({
  name: "long",
  async perform() {
    running.resolve()
    await finish.promise
  },
})
const { sluice, drainOnce } = drainable(database, [greet, refuse, long])

test("the columns of the views are these, in this order: they may grow at the end, and change in nothing else", async () => {
  const rows = await database.rows(`
    select c.relname as view, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relkind = 'v' and c.relnamespace = 'sluice'::regnamespace group by 1 order by 1`)
  expect(rows).toEqual([
    {
      view: "job_failures",
      columns:
        "job_id bigint, attempt smallint, outcome text, error_class text, error_message text, error_stack text, started_at timestamp with time zone, ended_at timestamp with time zone, duration_ms integer, error_code text, rule text, waited_ms bigint",
    },
    {
      view: "job_history",
      columns:
        "id bigint, name text, queue text, state text, priority integer, payload jsonb, result jsonb, attempts smallint, max_attempts smallint, run_at timestamp with time zone, enqueued_at timestamp with time zone, started_at timestamp with time zone, finished_at timestamp with time zone, duration_ms integer, unique_key text, concurrency_key text, tags text[], metadata jsonb, payload_key text, result_key text, reason text, concurrency_keys text[], batch_id bigint",
    },
    {
      view: "unfinished_jobs",
      columns:
        "id bigint, name text, queue text, state text, priority integer, payload jsonb, attempts smallint, max_attempts smallint, run_at timestamp with time zone, enqueued_at timestamp with time zone, unique_key text, concurrency_key text, tags text[], metadata jsonb, payload_key text, rate_key text, expires_at timestamp with time zone, concurrency_keys text[], batch_id bigint",
    },
  ])
})

test("each view says what it holds", async () => {
  const [{ silent }] = await database.rows(
    "select array_agg(relname) as silent from pg_class where relkind = 'v' and relnamespace = 'sluice'::regnamespace and obj_description(oid) is null",
  )
  expect(silent).toBeNull()
})

test("unfinished jobs have the states that getJob tells", async () => {
  const ids = [
    (await long.enqueue({}, { queue: "long" })).id,
    (await greet.enqueue({ to: "ada" }, { delay: "1h", tags: ["t"] })).id,
    (await greet.enqueue({ to: "ada" }, { queue: "paused" })).id,
    (await sluice.enqueue("greet", { to: "ada" }, { queue: "later" })).id,
  ]
  await sluice.pauseQueue("paused")
  await database.rows("update sluice.jobs set state = 'unknown' where queue = 'later'")
  const drained = drain(sluice, { connect: database.connect, concurrency: 1 })
  await running.promise

  const states = await database.rows("select id, state from sluice.unfinished_jobs order by id")
  expect(states.map(({ state }) => state)).toEqual(["running", "scheduled", "blocked", "ready"])
  expect(states).toEqual(
    await Promise.all(ids.map(async (id) => ({ id, state: (await sluice.getJob(id))?.state }))),
  )
  expect(
    await database.rows("select tags, metadata from sluice.unfinished_jobs where id = $1", [ids[1]]),
  ).toEqual([{ tags: ["t"], metadata: {} }])
  finish.resolve()
  await drained
})

test("finished jobs are in the history, with their results, and what failed in the failures", async () => {
  const greeted = await greet.enqueue({ to: "bob" })
  const refused = await refuse.enqueue({})
  await drainOnce()
  const history = "select state, result, attempts from sluice.job_history where id = any ($1) order by id"
  expect(await database.rows(history, [[greeted.id, refused.id]])).toEqual([
    { state: "succeeded", result: { greeted: "bob" }, attempts: 1 },
    { state: "discarded", result: null, attempts: 1 },
  ])
  expect(
    await database.rows(
      "select job_id, attempt, outcome, error_class, error_message from sluice.job_failures",
    ),
  ).toEqual([
    {
      job_id: refused.id,
      attempt: 1,
      outcome: "discarded",
      error_class: "Discard",
      error_message: "no such address",
    },
  ])
})

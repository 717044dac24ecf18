import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

// Transactions that need the same tokens and jobs, in opposite orders.

const database = await createDatabase()

/** Stores jobs that wait for tokens, as await_token and the settle leave them. */
async function store(jobs: Record<number, string[]>): Promise<void> {
  await database.pool.query("truncate sluice.jobs, sluice.waits, sluice.waiting_jobs")
  for (const [id, tokens] of Object.entries(jobs)) {
    await database.pool.query(
      `insert into sluice.jobs (id, name, state, run_at, has_progress, features)
       values ($1, 'job', 'scheduled', now() + interval '1 day', true, 2)`,
      [id],
    )
    await database.pool.query(
      `with tokens as (select unnest($2::text[]) as token), opened as (
         insert into sluice.waits (token) select token from tokens on conflict do nothing)
       insert into sluice.waiting_jobs select $1, token, true from tokens`,
      [id, tokens],
    )
  }
}

/** Completes the token while another transaction has its job, which does this meanwhile. */
async function completeBeside(statement: string): Promise<void> {
  await store({ 1: ["t"] })
  const other = await database.pool.connect()
  try {
    await other.query("begin")
    await other.query("select from sluice.jobs where id = 1 for update")
    const completed = database.rows("select outcome from sluice.complete_wait('t')")
    await eventually(async () =>
      expect(
        await database.rows(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        ),
      ).toHaveLength(1),
    )
    await other.query(statement)
    await other.query("commit")
    expect(await completed).toEqual([{ outcome: expect.stringMatching(/completed|unknown/) }])
  } finally {
    other.release()
  }
}

test("a job that is canceled while its token is completed is canceled, and neither fails", async () => {
  await completeBeside("select sluice.finish_canceled('{1}')")
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

test("a job that is changed while its token is completed is due then", async () => {
  await completeBeside("update sluice.jobs set priority = 1 where id = 1")
  const due = "select priority from sluice.jobs where run_at <= now()"
  expect(await database.rows(due)).toEqual([{ priority: 1 }])
})

test.each([
  [
    "settles that end and put back jobs",
    "select sluice.after_settle(0, '{1}', '{2}', null)",
    "select sluice.after_settle(0, '{3}', '{4}', null)",
  ],
  ["completions", "select sluice.complete_wait('a')", "select sluice.complete_wait('b')"],
])("%s with the same tokens at once don't deadlock", async (_what, one, other) => {
  const errors: string[] = []
  const clients = await Promise.all([1, 2].map(() => database.pool.connect()))
  for (let round = 0; round < 50; round++) {
    await store({ 1: ["a"], 2: ["b"], 3: ["b"], 4: ["a"] })
    await database.pool.query(
      "insert into sluice.waiting_jobs select id, token, true from unnest('{a,b}'::text[]) token, unnest('{5,6,7,8}'::bigint[]) id",
    )
    await Promise.all(
      [one, other].map((statement, n) =>
        clients[n]?.query(statement).catch((error) => errors.push(error.message)),
      ),
    )
  }
  for (const client of clients) client.release()
  expect(errors).toEqual([])
})

test("what a dead drainer held is taken over while a transaction that has completed a token of it is open", async () => {
  await store({ 1: ["t"] })
  await database.pool.query("update sluice.jobs set state = 'ready'")
  const client = await database.pool.connect()
  try {
    await client.query("begin")
    await client.query("select from sluice.complete_wait('t')")
    await database.pool.query("select sluice.after_settle(0, null, '{1}', null)")
  } finally {
    await client.query("rollback")
    client.release()
  }
})

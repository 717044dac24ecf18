import { setTimeout as wait } from "node:timers/promises"
import { type Connection, defineJob, type JobContext, type Queryable } from "@sluice/core"
import { afterAll, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const role = `${database.name}_app`
await database.pool.query(
  `create role ${role}; grant usage on schema sluice to ${role}; grant all on all tables in schema sluice to ${role}; grant all on all sequences in schema sluice to ${role}`,
)
afterAll(() => database.pool.query(`drop owned by ${role}; drop role ${role}`))
await database.pool.query("create table effects (note text); create schema app")

type Step = (context: JobContext & { transaction: Queryable }) => Promise<unknown> | unknown
const steps = new Map<string, Step>()
const [first, second] = ["first", "second"].map((name) =>
  defineJob({
    name,
    transactional: true,
    maxAttempts: 1,
    perform: (_payload: object, context) => steps.get(name)?.(context),
  }),
) as [ReturnType<typeof defineJob>, ReturnType<typeof defineJob>]
const { sluice, drainOnce } = drainable(database, [first, second])
beforeEach(async () => {
  steps.clear()
  await database.pool.query("truncate effects")
})

/** One job, then the other on the same connection. */
async function performBoth(connect = database.connect) {
  const ids = [
    await sluice.enqueue("first", {}, { priority: 1 }),
    await sluice.enqueue("second", {}, { priority: 2 }),
  ]
  const summary = await drainOnce({ concurrency: 1, connect })
  return { summary, jobs: await Promise.all(ids.map(({ id }) => sluice.getJob(id))) }
}

test("what a job does with its transaction after its end is refused, and joins no other job's", async () => {
  const errors: unknown[] = []
  let late: Promise<unknown> = Promise.resolve()
  steps.set("first", ({ transaction }) => {
    const { query } = transaction
    late = (async () => {
      await eventually(() => expect(steps.has("second began")).toBe(true))
      for (const use of [
        () => transaction.query("insert into effects values ('late')"),
        () => query("select 1"),
      ])
        await Promise.resolve()
          .then(use)
          .catch((error) => errors.push(error))
    })()
  })
  steps.set("second", async ({ transaction }) => {
    steps.set("second began", () => {})
    await transaction.query("insert into effects values ('second')")
    await late
  })
  expect((await performBoth()).summary).toMatchObject({ succeeded: 2 })
  expect(errors).toEqual(
    Array.from({ length: 2 }, () => expect.objectContaining({ code: "transaction_over" })),
  )
  expect(await database.rows("select note from effects")).toEqual([{ note: "second" }])
})

test("what a job has set, made, locked, prepared or listened to doesn't reach the next job", async () => {
  const pids: number[] = []
  const look = async (transaction: Queryable) => {
    const { rows } = await transaction.query(
      `select pg_backend_pid() as pid, current_user as user, current_setting('search_path') as path,
              current_setting('timezone') as zone, current_setting('transaction_isolation') as isolation,
              current_setting('idle_in_transaction_session_timeout') as silence,
              to_regclass('pg_temp.mine') is not null as temporary,
              (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
              (select count(*)::int from pg_prepared_statements) as prepared,
              (select count(*)::int from pg_listening_channels()) as channels`,
    )
    const { pid, ...state } = rows[0]
    pids.push(pid)
    return state
  }
  const states: unknown[] = []
  steps.set("first", async ({ transaction }) => {
    states.push(await look(transaction))
    for (const statement of [
      "create temp table mine (id int)",
      "select pg_advisory_lock(1)",
      "prepare mine as select 1",
      "listen mine",
      "set search_path to app",
      "set timezone to 'Asia/Tokyo'",
      "set idle_in_transaction_session_timeout to 0",
      "set default_transaction_isolation to serializable",
    ])
      await transaction.query(statement)
  })
  steps.set("second", async ({ transaction }) => states.push(await look(transaction)))
  expect((await performBoth()).summary).toMatchObject({ succeeded: 2 })
  expect(pids[0]).toBe(pids[1])
  expect(states[1]).toEqual(states[0])
  expect(states[0]).toMatchObject({ temporary: false, locks: 0, silence: "1min" })
})

test("what the app's own connect has set is there for every job", async () => {
  const connect = async (): Promise<Connection> => {
    const connection = await database.connect()
    await connection.query(
      `set search_path to app, public; set application_name to 'it''s \\one'; set role ${role}; set work_mem to '5MB'`,
    )
    return connection
  }
  const seen: unknown[] = []
  const look: Step = async ({ transaction }) =>
    seen.push(
      ...(
        await transaction.query(
          "select current_setting('search_path') as path, current_setting('application_name') as app, current_user as role, current_setting('work_mem') as memory",
        )
      ).rows,
    )
  steps.set("first", look)
  steps.set("second", look)
  expect((await performBoth(connect)).summary).toMatchObject({ succeeded: 2 })
  const set = { path: "app, public", app: "it's \\one", role, memory: "5MB" }
  expect(seen).toEqual([set, set])
})

test("a job that commits or rolls back by itself fails, and is told why", async () => {
  steps.set("first", ({ transaction }) => transaction.query("rollback"))
  steps.set("second", ({ transaction }) => transaction.query("commit"))
  const { summary, jobs } = await performBoth()
  expect(summary).toMatchObject({ discarded: 2 })
  for (const job of jobs) {
    expect(job?.errors).toMatchObject([{ message: expect.stringContaining("ended its transaction") }])
  }
})

test("a job may write where transactions are read-only by default, and sees the isolation that the app has chosen", async () => {
  const connect = async (): Promise<Connection> => {
    const connection = await database.connect()
    await connection.query(
      "set default_transaction_read_only to on; set default_transaction_isolation to 'repeatable read'",
    )
    return connection
  }
  let isolation: unknown
  steps.set("first", async ({ transaction }) => {
    await transaction.query("insert into effects values ('written')")
    isolation = (await transaction.query("show transaction_isolation")).rows
  })
  expect((await performBoth(connect)).summary).toMatchObject({ succeeded: 2 })
  expect(isolation).toEqual([{ transaction_isolation: "repeatable read" }])
  expect(await database.rows("select note from effects")).toEqual([{ note: "written" }])
})

test("a job that runs into its timeout while its statement waits for a lock is over at once", async () => {
  await database.pool.query("insert into effects values ('row')")
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("select from effects for update")
  steps.set("first", ({ transaction }) => transaction.query("update effects set note = 'changed'"))
  await sluice.enqueue("first", {}, { timeout: "300ms" })
  const beganAtMs = performance.now()
  expect(await drainOnce()).toMatchObject({ discarded: 1, stuck: 0 })
  expect(performance.now() - beganAtMs).toBeLessThan(3_000)
  await holder.end()
})

test("a job that gets no connection is released, and keeps its attempt", async () => {
  let opened = 0
  const connect = async (): Promise<Connection> => {
    if (++opened === 2) throw Object.assign(new Error("sorry, too many clients already"), { code: "53300" })
    return database.connect()
  }
  const { id } = await sluice.enqueue("first", {})
  expect(await drainOnce({ connect, concurrency: 1 })).toMatchObject({ snoozed: 1, retried: 0, discarded: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0 })
  await eventually(async () => {
    await drainOnce()
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1 })
  })
})

test("a transaction stays open while its job does other things for longer than the session timeout", async () => {
  steps.set("first", async ({ transaction }) => {
    await transaction.query("insert into effects values ('long')")
    await wait(3_000)
  })
  await sluice.enqueue("first", {})
  expect(await drainOnce({ sessionTimeout: "2s" })).toMatchObject({ succeeded: 1 })
  expect(await database.rows("select note from effects")).toEqual([{ note: "long" }])
})

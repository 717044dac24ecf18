import { setTimeout as wait } from "node:timers/promises"
import { Discard, defineJob, type JobContext, RetryAfter, SessionLostError, Snooze } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

// decision 21: what an outcome counts for that comes late
const database = await createDatabase()
await database.pool.query("create table effects (id bigint)")
afterEach(() => database.pool.query("truncate effects, sluice.jobs"))

let work: (context: JobContext) => unknown
const job = defineJob({
  name: "job",
  maxAttempts: 3,
  timeout: "10m",
  perform: (_payload, context) => work(context),
})
const booked = defineJob({
  name: "booked",
  transactional: true,
  maxAttempts: 3,
  timeout: "10m",
  async perform(_payload, context) {
    await context.transaction.query("insert into effects values ($1)", [context.id])
    return work(context)
  },
})
const { sluice, drainOnce } = drainable(database, [job, booked])

const aborted = (signal: AbortSignal) =>
  signal.aborted || new Promise((resolve) => signal.addEventListener("abort", resolve))
const effects = () => database.rows("select id from effects")

/** Drains until the job has begun, then ends the drain's time. */
async function drainAndStop() {
  const stop = new AbortController()
  const before = work
  work = (context) => {
    setImmediate(() => stop.abort())
    return before(context)
  }
  return drainOnce({ signal: stop.signal, remainingMs: () => 60_000 })
}

test.each(["job", "booked"])(
  "what %s returns after its timeout is not its result: the attempt has failed",
  async (name) => {
    const { id } = await sluice.enqueue(name, {}, { timeout: 0.1 })
    work = ({ signal }) => Promise.resolve(aborted(signal)).then(() => wait(20, "late"))
    expect(await drainOnce()).toMatchObject({ succeeded: 0, retried: 1, lost: 0 })
    expect(await sluice.getJob(id)).toMatchObject({
      state: "scheduled",
      attempts: 1,
      errors: [{ class: "TimeoutError", outcome: "retried" }],
    })
    expect(await effects()).toEqual([])
  },
)

test("what a job returns after the drain's deadline, within the grace, is its result", async () => {
  const { id } = await sluice.enqueue("job", {})
  work = ({ signal }) => Promise.resolve(aborted(signal)).then(() => wait(20, "just in time"))
  expect(await drainAndStop()).toMatchObject({ succeeded: 1, snoozed: 0, stuck: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, result: "just in time" })
})

test("at the drain's deadline a transactional job is released without its effects, and keeps its attempt", async () => {
  const { id } = await sluice.enqueue("booked", {})
  work = ({ signal }) => Promise.resolve(aborted(signal)).then(() => wait(20, "too late"))
  expect(await drainAndStop()).toMatchObject({ succeeded: 0, snoozed: 1, stuck: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errors: [] })
  expect(await effects()).toEqual([])
})

test("an error after the drain's deadline is taken for the abort's, and not charged", async () => {
  const { id } = await sluice.enqueue("job", {})
  work = ({ signal }) =>
    Promise.resolve(aborted(signal)).then(() => {
      throw new Error("aborted, or so")
    })
  expect(await drainAndStop()).toMatchObject({ snoozed: 1, retried: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errors: [] })
})

test.each([
  [new Discard("no use"), { discarded: 1 }, { state: "discarded", attempts: 1 }],
  [new RetryAfter("1h"), { retried: 1 }, { state: "scheduled", attempts: 1 }],
  [new Snooze("1h"), { snoozed: 1 }, { state: "scheduled", attempts: 0 }],
])(
  "what a job decides after the drain's deadline, by throwing %s, counts",
  async (decision, counts, state) => {
    const { id } = await sluice.enqueue("job", {})
    work = ({ signal }) =>
      Promise.resolve(aborted(signal)).then(() => {
        throw decision
      })
    expect(await drainAndStop()).toMatchObject(counts)
    const left = await sluice.getJob(id)
    expect(left).toMatchObject(state)
    if (state.state === "scheduled") expect(left?.runAt.getTime()).toBeGreaterThan(Date.now() + 3_000_000)
  },
)

test.each(["job", "booked"])("what %s returns after the session's loss is written nowhere", async (name) => {
  const { id } = await sluice.enqueue(name, {})
  work = async ({ signal }) => {
    await database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid = (select backend_pid from sluice.drainers order by id desc limit 1)",
    )
    await aborted(signal)
    return "too late"
  }
  await expect(drainOnce()).rejects.toBeInstanceOf(SessionLostError)
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "ready", attempts: 0 }))
  expect(await effects()).toEqual([])
})

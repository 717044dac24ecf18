import { type Connection, defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase({ settings: { lock_timeout: "100ms" } })
await database.pool.query("create table effects (id bigint)")
afterEach(() => database.pool.query("truncate effects, sluice.jobs"))

let work: (context: JobContext) => unknown
const job = defineJob({ name: "job", perform: (_payload, context) => work(context) })
const booked = defineJob({
  name: "booked",
  transactional: true,
  async perform(_payload, context) {
    await context.transaction.query("insert into effects values ($1)", [context.id])
    return work(context)
  },
})
const { sluice, drainOnce } = drainable(database, [job, booked])

/** Holds the job's row until the function that is returned is called. */
async function hold(id: string): Promise<() => Promise<void>> {
  const holder: Connection = await database.connect()
  await holder.query("begin")
  await holder.query("select from sluice.jobs where id = $1 for update", [id])
  return () => holder.end()
}

test("a checkpoint that can't be saved for a moment is saved later, and the job continues", async () => {
  const { id } = await sluice.enqueue("job", {})
  const warnings: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) }
  let times = 0
  work = async ({ step }) => {
    const release = await hold(id)
    const saved = step("one", () => ++times)
    await eventually(() => expect(warnings).toContain("Retrying a statement"))
    await release()
    return saved
  }
  expect(await drainOnce({ log })).toMatchObject({ succeeded: 1, checkpoints: 1, lost: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, result: 1, errors: [] })
})

test("a transactional job whose completion can't be recorded for now is released without its effects, and keeps its attempt", async () => {
  const { id } = await sluice.enqueue("booked", {})
  let release = async () => {}
  let backend = 0
  work = async ({ transaction }) => {
    backend = (await transaction.query("select pg_catalog.pg_backend_pid() as pid")).rows[0].pid
    release = await hold(id)
  }
  const drained = drainOnce()
  await eventually(async () => {
    expect(backend).toBeGreaterThan(0)
    expect(await database.rows("select from pg_stat_activity where pid = $1", [backend])).toEqual([])
  })
  await release()
  expect(await drained).toMatchObject({ snoozed: 1, retried: 0, lost: 0 })
  expect(await database.rows("select id from effects")).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })
})

test("a transactional job that gets no connection is released and keeps its attempt", async () => {
  const { id } = await sluice.enqueue("booked", {})
  let opened = 0
  const connect = async () => {
    if (++opened > 1) throw Object.assign(new Error("sorry, too many clients already"), { code: "53300" })
    return database.connect()
  }
  // the first connection is the session's, and the check for a pooler that opens a second one is not in its way
  const summary = await drainOnce({ connect }).catch((error) => error)
  expect(summary).toMatchObject({ snoozed: 1, retried: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })
})

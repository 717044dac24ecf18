import { type Connection, createSluice, defineJob, type StartOptions, start, type Worker } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [job] })
let worker: Worker | undefined
afterEach(() => worker?.stop().catch(() => {}))

function begin(options: Partial<StartOptions> = {}): Worker {
  worker = start(sluice, { connect: database.connect, ...options })
  return worker
}

async function isDone({ id }: { id: string }): Promise<void> {
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }))
}

test("a worker keeps working while its statements are canceled again and again", async () => {
  begin()
  await isDone(await job.enqueue({}))
  for (let times = 0; times < 30; times++) {
    await database.pool.query(
      "select pg_cancel_backend(backend_pid) from sluice.drainers where ended_at is null",
    )
    if (times % 10 === 0) await isDone(await job.enqueue({}))
  }
  await isDone(await job.enqueue({}))
  expect(worker?.health()).toMatchObject({ state: "working" })
})

test("a claim that waits for another session's lock gives up, and the drain keeps performing its jobs", async () => {
  const holder = await database.connect()
  const warnings: string[] = []
  const quiet = () => {}
  begin({ log: { debug: quiet, info: quiet, warn: (message) => warnings.push(message), error: quiet } })
  await isDone(await job.enqueue({}))
  await holder.query("begin; lock table sluice.claims in access exclusive mode")
  const stored = await job.enqueue({})
  await eventually(() => expect(warnings).toContainEqual(expect.stringContaining("A claim failed")))
  expect(worker?.health()).toMatchObject({ state: "working" })
  await holder.query("rollback")
  await isDone(stored)
  await holder.end()
})

test.each([
  ["08006", "connection failure"],
  ["40001", "could not serialize access"],
  ["53200", "out of shared memory"],
  ["55P03", "canceling statement due to lock timeout"],
  ["57014", "canceling statement due to user request"],
  ["58030", "could not read file"],
  ["53300", "sorry, too many clients already"],
  ["57P03", "the database system is starting up"],
  ["25006", "cannot execute INSERT in a read-only transaction"],
  ["53400", "configuration limit exceeded"],
  ["ECONNREFUSED", "connect ECONNREFUSED"],
])("a worker that can't open a session for %s waits, and works once it can", async (code, message) => {
  let fails = true
  const connect = async () => {
    if (fails) throw Object.assign(new Error(message), { code })
    return database.connect()
  }
  begin({ connect })
  await eventually(() =>
    expect(worker?.health()).toMatchObject({ state: "waiting", reason: expect.stringContaining(message) }),
  )
  fails = false
  await isDone(await job.enqueue({}))
})

test("a worker resets a connection that the app made read-only or gave a short timeout", async () => {
  // opening the session, on a busy machine too, has to end within the app's timeout
  const settings = "set default_transaction_read_only to on; set statement_timeout to 50"
  const connections: Connection[] = []
  const connect = async () => {
    const connection = await database.connect()
    await connection.query(settings)
    connections.push(connection)
    return connection
  }
  begin({ connect })
  await isDone(await job.enqueue({}))
  const { rows } = (await connections.at(-1)?.query("show statement_timeout")) ?? {}
  expect(rows).toEqual([{ statement_timeout: "30s" }])
})

test("the wait after an outage starts short again once a session was open", async () => {
  begin()
  await isDone(await job.enqueue({}))
  for (let times = 0; times < 5; times++) {
    await database.pool.query(
      "select pg_terminate_backend(backend_pid) from sluice.drainers where ended_at is null",
    )
    const beganAtMs = performance.now()
    await isDone(await job.enqueue({}))
    expect(performance.now() - beganAtMs).toBeLessThan(4_000) // if it doubled each time, the last wait would be 8 s
  }
})

test("misuse ends a worker with an error", async () => {
  const elsewhere = createSluice({
    database: database.pool,
    jobs: [defineJob({ name: "other", perform() {} })],
    schema: "missing",
  })
  await expect(start(elsewhere, { connect: database.connect }).ended).rejects.toMatchObject({
    code: "schema_missing",
  })
})

test.each([
  ["22P05", "a bad value"],
  ["42501", "a missing permission"],
  ["0A000", "an unsupported feature"],
  [undefined, "an error that isn't from Postgres"],
])("a worker that can't open a session for %s, %s, ends with that error", async (code, _what) => {
  const error = Object.assign(new Error("no"), { code })
  await expect(begin({ connect: () => Promise.reject(error) }).ended).rejects.toThrow("no")
})

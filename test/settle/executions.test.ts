import { Discard, defineJob, type JobContext, type JobSnapshot, Snooze } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { maintain } from "../maintenance/partitions.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
let work: (context: JobContext) => unknown
const perform = (_payload: unknown, context: JobContext) => work(context)
const job = defineJob({ name: "job", perform })
const logging = defineJob({ name: "logging", keep: { logs: true }, perform })
const committing = defineJob({ name: "committing", keep: { logs: true }, transactional: true, perform })
const { sluice, drainOnce } = drainable(database, [job, logging, committing])
const label = "drainer of the test"

afterEach(() => database.pool.query("truncate sluice.jobs, sluice.execution_logs"))

/** Runs the job once more, five seconds after it was due. */
async function run(next: typeof work): Promise<void> {
  work = next
  await database.pool.query("update sluice.jobs set run_at = now() - interval '5 seconds', state = 'ready'")
  await drainOnce({ label })
}

async function read(id: string): Promise<JobSnapshot> {
  return (await sluice.getJob(id)) as JobSnapshot
}

function fail() {
  throw new RangeError("not yet")
}

async function untilCanceled({ id, signal }: JobContext): Promise<void> {
  await sluice.cancelJob(id)
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve))
}

test("getJob tells every execution, in order, with its times, its drainer and its error", async () => {
  const { id } = await job.enqueue({})
  await run(fail)
  await run(fail)
  await run(() => {})
  const { executions, startedAt, finishedAt, durationMs } = await read(id)
  const failed = {
    outcome: "retried",
    startedAt: expect.any(Date),
    endedAt: expect.any(Date),
    durationMs: expect.any(Number),
    waitMs: expect.any(Number),
    drainerId: expect.any(Number),
    drainer: label,
    error: { class: "RangeError", code: null, message: "not yet" },
    logs: null,
  }
  expect(executions).toEqual([
    { ...failed, attempt: 1 },
    { ...failed, attempt: 2 },
    { ...failed, attempt: 3, outcome: "succeeded", startedAt, endedAt: finishedAt, durationMs, error: null },
  ])
  for (const { waitMs } of executions) expect(waitMs).toBeGreaterThanOrEqual(5_000)
})

test.each([
  ["discarded", () => Promise.reject(new Discard("no"))],
  ["canceled", (context: JobContext) => untilCanceled(context).then(fail)],
])("an execution that ended as %s, with an error, is told once", async (outcome, end) => {
  const { id } = await job.enqueue({})
  await run(end)
  expect(await read(id)).toMatchObject({ state: outcome, errorCount: 1 })
  expect((await read(id)).executions).toEqual([
    expect.objectContaining({ outcome, error: expect.objectContaining({ class: expect.any(String) }) }),
  ])
})

test("a job that was canceled while it ran, and returned nevertheless, has that execution", async () => {
  const { id } = await job.enqueue({})
  await run((context) => untilCanceled(context).then(() => 1))
  expect(await read(id)).toMatchObject({
    state: "canceled",
    executions: [{ outcome: "canceled", error: null }],
  })
})

test("a page of errors has the executions of that page", async () => {
  const { id } = await job.enqueue({})
  for (const next of [fail, fail, () => {}]) await run(next)
  const outcomesFrom = async (errorsFrom: number) =>
    (await sluice.getJob(id, { errorsFrom }))?.executions.map(({ attempt }) => attempt)
  expect(await outcomesFrom(0)).toEqual([1, 2, 3])
  expect(await outcomesFrom(1)).toEqual([2, 3])
})

test.each([logging, committing])(
  "the lines that $name logs are kept with the execution",
  async ({ name }) => {
    const { id } = await sluice.enqueue(name, {})
    await run(({ log }) => {
      const loop = {}
      Object.assign(loop, { loop })
      log.info("begins", { step: 1, loop, text: "a\nb\0" })
      fail()
    })
    await run(({ log }) => log.warn("ends"))
    const { executions } = await read(id)
    expect(executions.map(({ logs }) => logs)).toEqual([
      [
        {
          at: expect.any(String),
          level: "info",
          message: "begins",
          step: 1,
          loop: expect.stringContaining("Circular"),
          text: "a\nb\0",
        },
      ],
      [{ at: expect.any(String), level: "warn", message: "ends" }],
    ])
  },
)

test("an execution that was put back is told if it has logged something", async () => {
  const { id } = await logging.enqueue({})
  await run(({ log }) => {
    log.info("waits")
    throw new Snooze("1h")
  })
  await run(() => {})
  expect((await read(id)).executions).toMatchObject([
    { attempt: 1, outcome: "snoozed", drainer: label, error: null, logs: [{ message: "waits" }] },
    { attempt: 1, outcome: "succeeded", logs: null },
  ])
})

test("the last 100 lines are kept, of 16 KiB, and long ones without their details", async () => {
  const { id } = await logging.enqueue({})
  await run(({ log }) => {
    for (let line = 1; line <= 120; line++) log.debug(`line ${line}`)
    fail()
  })
  await run(({ log }) => {
    for (let line = 1; line <= 20; line++) log.info(`line ${line}`, { text: "ü".repeat(1_500) })
    fail()
  })
  await run(({ log }) => log.error(`a${"😀".repeat(2_000)}`, { more: "x".repeat(5_000) }))
  const [many = [], wide = [], long] = (await read(id)).executions.map(({ logs }) => logs ?? [])
  expect(many.map(({ message }) => message)).toEqual(Array.from({ length: 100 }, (_, n) => `line ${n + 21}`))
  expect(wide.map(({ message }) => message)).toEqual([16, 17, 18, 19, 20].map((n) => `line ${n}`))
  const message = `a${"😀".repeat(499)}\ufffd` // not half a character
  expect(long).toEqual([{ at: expect.any(String), level: "error", message, isCut: true }])
})

test("logs are erased with the job, and forgotten with the history", async () => {
  const ids: string[] = []
  for (let nth = 0; nth < 2; nth++) {
    ids.push((await logging.enqueue({})).id)
    await run(({ log }) => log.info("ends"))
  }
  const logged = () => database.rows("select job_id from sluice.execution_logs")
  expect(await logged()).toHaveLength(2)
  await sluice.deleteJob(ids[0] as string)
  expect(await logged()).toEqual([{ job_id: ids[1] }])
  await maintain(database, new Date(Date.now() + 16 * 86_400_000))
  expect(await logged()).toEqual([])
})

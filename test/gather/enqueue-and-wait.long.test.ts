import {
  Discard,
  defineJob,
  type GatheredOutcome,
  type JobContext,
  JobFailedError,
  JobsFailedError,
  WaitTimeoutError,
} from "@sluice/core"
import { afterEach, beforeEach, expect, expectTypeOf, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

let work: (context: JobContext) => Promise<unknown>
let executions = 0
const parent = defineJob({
  name: "parent",
  maxAttempts: 1,
  perform(_payload: object, context) {
    executions++
    return work(context)
  },
})
const double = defineJob({
  name: "double",
  maxAttempts: 1,
  perform({ n }: { n: number }) {
    if (n < 0) throw new Discard(`${n} is negative`)
    return n * 2
  },
})
const silent = defineJob({ name: "silent", keep: "none", perform: () => "secret" })
let running = Promise.withResolvers<void>()
const endless = defineJob({
  name: "endless",
  async perform(_payload: object, { signal }) {
    running.resolve()
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  },
})
const { sluice, drainOnce } = drainable(database, [parent, double, silent, endless])

beforeEach(() => {
  executions = 0
})
afterEach(async () => {
  expect(
    await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
    "batches adrift",
  ).toEqual([])
  await database.pool.query(
    "truncate sluice.jobs, sluice.finished, sluice.progress, sluice.waits, sluice.waiting_jobs, sluice.batches, sluice.batch_counts, sluice.gathered_jobs, sluice.orphaned_batches, sluice.cancellations",
  )
})

const doubles = (...numbers: number[]) => numbers.map((n) => ({ job: double, payload: { n } }))
const stateOf = async (id: string) => (await sluice.getJob(id))?.state
const children = () => database.rows("select state from sluice.jobs where name = 'double'")

test("a job waits for those that it has enqueued without running, and gets their results in their order", async () => {
  work = ({ enqueueAndWait }) => enqueueAndWait("doubles", doubles(3, 1, 2))
  const { id } = await parent.enqueue({})
  expect(await drainOnce({ concurrency: 1 })).toMatchObject({ snoozed: 1, succeeded: 4, dueWork: false })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, result: [6, 2, 4] })
  expect(executions).toBe(2)
})

test("while they run, the job is waiting, and isn't performed", async () => {
  work = ({ enqueueAndWait }) =>
    enqueueAndWait("later", [{ name: "double", payload: { n: 1 }, options: { delay: "1h" } }])
  const { id } = await parent.enqueue({})
  await drainOnce()
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  const job = await sluice.getJob(id)
  expect(job).toMatchObject({
    state: "waiting",
    waits: [{ token: null, event: null, until: expect.any(Date) }],
  })
  const batch = job?.waits[0]?.batchId as string
  expect((await sluice.listJobs({ batch })).jobs).toMatchObject([{ name: "double", state: "scheduled" }])
  expect(executions).toBe(1)
})

test("the jobs are enqueued once, however often the job is performed, and each execution gets the same results", async () => {
  let fail = 2
  work = async ({ enqueueAndWait }) => {
    const results = await enqueueAndWait("doubles", doubles(1, 2))
    if (fail-- > 0) throw new Error("not yet")
    return results
  }
  const { id } = await parent.enqueue({}, { maxAttempts: 5 })
  for (let n = 0; n < 3; n++) {
    await database.pool.query("update sluice.jobs set run_at = now() where name = 'parent'")
    await drainOnce()
  }
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 3, result: [2, 4] })
  expect(await database.rows("select count(*)::int from sluice.finished where name = 'double'")).toEqual([
    { count: 2 },
  ])
})

test("jobs that don't succeed make it throw one error that lists them", async () => {
  let thrown: unknown
  work = ({ enqueueAndWait }) =>
    enqueueAndWait("doubles", doubles(1, -1, 2, -2)).catch((error) => {
      thrown = error
      throw error
    })
  const { id } = await parent.enqueue({})
  await drainOnce()
  expect(thrown).toBeInstanceOf(JobsFailedError)
  const { failed, count } = thrown as JobsFailedError
  expect(count).toBe(2)
  expect(failed.map(({ code, cause }) => [code, cause])).toMatchObject([
    ["job_discarded", { class: "Discard", message: "-1 is negative" }],
    ["job_discarded", { class: "Discard", message: "-2 is negative" }],
  ])
  expect((await sluice.getJob(id))?.errors.at(-1)).toMatchObject({
    class: "JobsFailedError",
    code: "jobs_failed",
    message: expect.stringContaining('2 of the 4 jobs of "doubles" did not succeed'),
  })
})

test("one job that doesn't succeed isn't counted", async () => {
  let thrown: unknown
  work = ({ enqueueAndWait }) =>
    enqueueAndWait("doubles", doubles(-1)).catch((error) => {
      thrown = error
      throw error
    })
  await parent.enqueue({})
  await drainOnce()
  expect((thrown as Error).message).toMatch(/^The job of "doubles" did not succeed\. /)
})

test("with settled it returns how each of them has ended", async () => {
  let outcomes: readonly GatheredOutcome[] = []
  work = async ({ enqueueAndWait }) => {
    outcomes = await enqueueAndWait("doubles", doubles(1, -1), { settled: true })
  }
  await parent.enqueue({})
  await drainOnce()
  expect(outcomes).toMatchObject([
    { status: "succeeded", value: 2 },
    { status: "discarded", error: { code: "job_discarded" } },
  ])
  expect((outcomes[1] as { error: unknown }).error).toBeInstanceOf(JobFailedError)
})

test("results are kept for the job whatever becomes of the history, but those that a definition doesn't keep are null", async () => {
  work = async ({ enqueueAndWait }) =>
    enqueueAndWait("mixed", [
      ...doubles(5),
      { job: silent },
      { name: "double", payload: { n: 1 }, options: { delay: "1h" } },
    ])
  const { id } = await parent.enqueue({})
  await drainOnce()
  await database.pool.query("delete from sluice.finished")
  await database.pool.query("update sluice.jobs set run_at = now() where name = 'double'")
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: [10, null, 2] })
  await drainOnce()
  expect(await database.rows("select * from sluice.gathered_jobs")).toEqual([])
  expect(await database.rows("select * from sluice.orphaned_batches")).toEqual([])
})

test("without jobs it returns at once", async () => {
  work = ({ enqueueAndWait }) => enqueueAndWait("none", [])
  const { id } = await parent.enqueue({})
  expect(await drainOnce()).toMatchObject({ snoozed: 0, succeeded: 1 })
  expect((await sluice.getJob(id))?.result).toEqual([])
})

test("after the timeout it throws, in every later execution, too", async () => {
  work = async ({ enqueueAndWait }) => {
    const waiting = enqueueAndWait("later", [{ name: "double", options: { delay: "1h" } }], {
      timeout: "10m",
    })
    await expect(waiting).rejects.toBeInstanceOf(WaitTimeoutError)
    if (executions < 3) throw new Error("again")
    return "escalated"
  }
  const { id } = await parent.enqueue({}, { maxAttempts: 5 })
  await drainOnce()
  await database.pool.query("update sluice.progress set until_at = now() where kind = 'wait'")
  for (let n = 0; n < 2; n++) {
    await database.pool.query("update sluice.jobs set run_at = now() where name = 'parent'")
    await drainOnce()
  }
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: "escalated" })
  await drainOnce()
  expect(await children()).toEqual([])
})

test("jobs that were there already are waited for, finished or not", async () => {
  await sluice.enqueue("double", { n: 21 }, { uniqueKey: "early", delay: "1h" })
  await sluice.enqueue("double", { n: 100 }, { idempotencyKey: "done" })
  await drainOnce()
  work = ({ enqueueAndWait }) =>
    enqueueAndWait("mixed", [
      { name: "double", payload: { n: 1 }, options: { uniqueKey: "early" } },
      { name: "double", payload: { n: 1 }, options: { idempotencyKey: "done" } },
      { name: "double", payload: { n: 2 }, options: { uniqueKey: "twice" } },
      { name: "double", payload: { n: 3 }, options: { uniqueKey: "twice" } },
    ])
  const { id } = await parent.enqueue({})
  await drainOnce()
  expect(await stateOf(id)).toBe("waiting")
  expect(
    await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toEqual([])
  await database.pool.query("update sluice.jobs set run_at = now() where name = 'double'")
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: [42, 200, 4, 4] })
})

test("a job can't wait for itself", async () => {
  work = ({ enqueueAndWait }) => enqueueAndWait("self", [{ name: "parent", options: { uniqueKey: "one" } }])
  const { id } = await parent.enqueue({}, { uniqueKey: "one" })
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    errors: [{ message: expect.stringContaining("can't wait for itself") }],
  })
})

test("a discarded job that is retried before the others have ended counts as it ends then, and not after that", async () => {
  work = async ({ enqueueAndWait, sleep }) => {
    const jobs = [...doubles(-1), { name: "double", payload: { n: 1 }, options: { delay: "1h" } as const }]
    const outcomes = await enqueueAndWait("doubles", jobs, { settled: true })
    await sleep("1h")
    return outcomes.map(({ status }) => status)
  }
  const { id } = await parent.enqueue({})
  await drainOnce()
  const batch = (await sluice.getJob(id))?.waits[0]?.batchId as string
  const [failed] = (await sluice.listJobs({ batch, state: "discarded" })).jobs
  await sluice.retryJob(failed?.id as string)
  await sluice.updateJob(failed?.id as string, { payload: { n: 1 } })
  await drainOnce()
  const [waiting] = (await sluice.listJobs({ batch, state: "scheduled" })).jobs
  await sluice.updateJob(waiting?.id as string, { payload: { n: -2 } })
  await sluice.runJobNow(waiting?.id as string)
  await drainOnce()

  await sluice.retryJob(waiting?.id as string)
  await sluice.updateJob(waiting?.id as string, { payload: { n: 5 } })
  await drainOnce()
  await database.pool.query("update sluice.progress set until_at = now() where kind = 'sleep'")
  await database.pool.query("update sluice.jobs set run_at = now()")
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: ["succeeded", "discarded"] })
})

test("jobs that wait may wait for others that wait", async () => {
  work = async ({ enqueueAndWait, metadata }) => {
    const depth = Number(metadata.depth ?? 0)
    if (depth === 3) return 1
    const job = { name: "parent", options: { metadata: { depth: depth + 1 } } }
    const counts = await enqueueAndWait("deeper", [job, job])
    return (counts as number[]).reduce((sum, count) => sum + count, 1)
  }
  const { id } = await parent.enqueue({})
  await drainOnce({ concurrency: 1 })
  expect((await sluice.getJob(id))?.result).toBe(15)
})

test("the end of the job cancels those that have not ended", async () => {
  work = ({ enqueueAndWait }) =>
    enqueueAndWait("later", [...doubles(1), { name: "double", options: { delay: "1h" } }])
  const { id } = await parent.enqueue({})
  await drainOnce()
  await sluice.cancelJob(id)
  await drainOnce()
  expect(await children()).toEqual([])
  expect(
    await database.rows("select state from sluice.finished where name = 'double' order by id desc limit 1"),
  ).toEqual([{ state: "canceled" }])
  await drainOnce()
  expect(await database.rows("select * from sluice.gathered_jobs")).toEqual([])
})

test("canceling a job that waits aborts the jobs that run for it", async () => {
  work = ({ enqueueAndWait }) => enqueueAndWait("endless", [{ name: "endless" }])
  const { id } = await parent.enqueue({})
  running = Promise.withResolvers<void>()
  const draining = drainOnce()
  await running.promise
  await eventually(async () => expect(await stateOf(id)).toBe("waiting"))
  await sluice.cancelJob(id)
  expect(await draining).toMatchObject({ canceled: 1 })
})

test.each([
  ["no name", "", [], {}, "invalid_option", /name/],
  ["no list", "a", "jobs", {}, "invalid_jobs", /jobs/],
  ["unknown name", "a", [{ name: "dubble" }], {}, "unknown_job", /did you mean "double"/],
  ["no definition", "a", [{ job: undefined }], {}, "invalid_name", /name/],
  [
    "large payload",
    "a",
    [{ name: "double", payload: "x".repeat(300_000) }],
    {},
    "payload_too_large",
    /256|262144/,
  ],
  ["no duration", "a", [], { timeout: "soon" }, "invalid_duration", /timeout/],
  ["no boolean", "a", [], { settled: "yes" }, "invalid_option", /settled/],
  ["unknown option", "a", [], { setled: true }, "unknown_option", /"setled": did you mean "settled"\?/],
  ["other option", "a", [], { retries: 1 }, "unknown_option", /known options are timeout, settled$/],
  ["option of a step", "a", [], { transactional: true }, "unknown_option", /transactional/],
  [
    "definition",
    "a",
    [{ perform() {} }],
    {},
    "unknown_option",
    /known options are job, name, payload, options$/,
  ],
])("enqueueAndWait is refused with its reason: %s", async (_case, name, jobs, options, code, message) => {
  work = ({ enqueueAndWait }) => enqueueAndWait(name, jobs as never, options as never)
  const { id } = await parent.enqueue({})
  await drainOnce()
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ code, message: expect.stringMatching(message) }])
  expect(await children()).toEqual([])
})

test("results have the types of their definitions, and payloads are checked", () => {
  const { enqueueAndWait } = {} as JobContext
  const all = () => enqueueAndWait("doubles", doubles(1))
  expectTypeOf<Awaited<ReturnType<typeof all>>>().toEqualTypeOf<(number | null)[]>()
  const two = () => enqueueAndWait("two", [{ job: double, payload: { n: 1 } }, { job: silent }])
  expectTypeOf<Awaited<ReturnType<typeof two>>>().toEqualTypeOf<[number | null, string | null]>()
  // @ts-expect-error the payload isn't that of the definition
  const wrong = () => enqueueAndWait("wrong", [{ job: double, payload: { m: 1 } }])
  expectTypeOf(wrong).toBeFunction()
})

import { createSluice, defineJob, drain } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const secret = { secret: "of customer 7" }
const fails = defineJob({
  name: "fails",
  maxAttempts: 1,
  async perform(_payload: unknown, { step }) {
    await step("one", () => secret)
    throw new Error(secret.secret)
  },
})
const large = defineJob({ name: "large", perform: () => secret })
const sluice = createSluice({ database: database.pool, jobs: [fails, large] })

beforeEach(() =>
  database.pool.query(
    "truncate sluice.jobs, sluice.finished, sluice.failures, sluice.retries, sluice.payloads, sluice.progress",
  ),
)

const tables = [
  "jobs",
  "finished",
  "failures",
  "retries",
  "payloads",
  "progress",
  "awaited_jobs",
  "cancellations",
  "stored_results",
]
async function placesOfSecret(): Promise<string[]> {
  const found: string[] = []
  for (const table of tables) {
    const rows = await database.rows(
      `select from sluice.${table} t where to_jsonb(t)::text like '%of customer 7%'`,
    )
    if (rows.length > 0) found.push(table)
  }
  return found
}

async function store(customer: number) {
  const options = { metadata: { customer } }
  const { id } = await fails.enqueue({ ...secret, customer }, options)
  await large.enqueue({ ...secret, customer, text: "x".repeat(20_000) }, options)
  await drain(sluice, { connect: database.connect })
  await sluice.retryJob(id)
  await drain(sluice, { connect: database.connect })
  await fails.enqueue({ ...secret, customer }, { ...options, delay: "1h" })
  await large.enqueue({ ...secret, customer, text: "x".repeat(20_000) }, { ...options, delay: "1h" })
}

test("what is erased is in no table any more, and the jobs of others stay", async () => {
  await store(7)
  expect(await placesOfSecret()).toEqual(["jobs", "finished", "failures", "payloads"])
  const other = await sluice.enqueue("large", {}, { metadata: { customer: 8 } })
  expect(await sluice.eraseJobs({ metadata: { customer: 7 } }, { dryRun: true })).toEqual({
    matched: 4,
    changed: 0,
    refused: [],
  })
  expect(await sluice.eraseJobs({ metadata: { customer: 7 } })).toEqual({
    matched: 4,
    changed: 4,
    refused: [],
  })
  expect(await placesOfSecret()).toEqual([])
  for (const table of ["failures", "retries", "payloads", "progress"])
    expect(await database.rows(`select * from sluice.${table}`), table).toEqual([])
  expect(await sluice.getJob(other.id)).toMatchObject({ state: "ready" })
})

test("waiting jobs of a time are erased as well, although they end after it", async () => {
  await store(7)
  const filter = { metadata: { customer: 7 }, until: new Date(Date.now() + 1) }
  await expect.poll(() => Date.now()).toBeGreaterThan(filter.until.getTime())
  expect((await sluice.eraseJobs(filter, { dryRun: true })).matched).toBe(4)
  expect(await sluice.eraseJobs(filter)).toEqual({ matched: 4, changed: 4, refused: [] })
  expect(await placesOfSecret()).toEqual([])
})

test("a job by its id is counted once, whatever its state", async () => {
  const { id } = await sluice.enqueue("large", {}, { metadata: { customer: 9 } })
  expect((await sluice.eraseJobs({ ids: [id] }, { dryRun: true })).matched).toBe(1)
  expect(await sluice.eraseJobs({ ids: [id] })).toEqual({ matched: 1, changed: 1, refused: [] })
  expect(await sluice.getJob(id)).toBeUndefined()
})

test("a running job is canceled and refused, and erased once it has ended", async () => {
  const started = Promise.withResolvers<string>()
  const runs = defineJob({
    name: "runs",
    async perform(_payload: unknown, { id, signal }) {
      started.resolve(id)
      await new Promise((resolve) => signal.addEventListener("abort", resolve))
      signal.throwIfAborted()
    },
  })
  const running = createSluice({ database: database.pool, jobs: [runs] })
  const { id } = await runs.enqueue(secret)
  const drained = drain(running, { connect: database.connect })
  await started.promise
  expect(await running.eraseJobs({ name: "runs" })).toEqual({
    matched: 1,
    changed: 0,
    refused: [{ id, code: "job_running" }],
  })
  await drained
  expect(await running.eraseJobs({ name: "runs" })).toMatchObject({ changed: 1, refused: [] })
  expect(await placesOfSecret()).toEqual([])
})

test.each([
  [{}, {}, "invalid_option"],
  [{ state: "discarded" }, {}, "unknown_option"],
  [{ color: "red" }, {}, "unknown_option"],
  [undefined, {}, "invalid_option"],
  [{ name: "fails" }, { within: "1s" }, "unknown_option"],
  [{ name: "fails" }, { dryRun: 1 }, "invalid_option"],
] as const)("erasing %j with %j is refused", async (filter, options, code) => {
  await store(7)
  await expect(sluice.eraseJobs(filter as never, options as never)).rejects.toMatchObject({ code })
  expect(await placesOfSecret()).toContain("jobs")
})

test("a state is refused, as jobs of all states would be erased", async () => {
  await store(7)
  const filter = { state: "canceled", metadata: { customer: 7 } } as object
  for (const dryRun of [true, false])
    await expect(sluice.eraseJobs(filter, { dryRun })).rejects.toMatchObject({
      name: "InvalidInputError",
      code: "unknown_option",
      path: ["filter", "state"],
    })
  expect(await placesOfSecret()).not.toEqual([])
})

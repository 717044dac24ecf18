import { actingAs, createSluice, defineJob, ForbiddenError, type Principal, type Sluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// What an enqueuer that is limited to some names or queues may store. "other" is a job, or a queue, of somebody else.
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const byName: Principal = { id: "key:1", name: "checkout", role: "enqueuer", names: ["own", "own2"] }
const byQueue: Principal = { id: "key:2", name: "mailer", role: "enqueuer", queues: ["own"] }
const named = actingAs(sluice, byName, "api")
const queued = actingAs(sluice, byQueue, "api")
const own = { name: "own", options: { queue: "own" } }

beforeEach(() => database.rows("truncate sluice.jobs, sluice.batches cascade"))

const ALLOWED: Record<string, (acting: Sluice) => Promise<unknown>> = {
  "a job": (acting) => acting.enqueue("own", {}, { queue: "own" }),
  "a job with keys": (acting) =>
    acting
      .enqueue("own", {}, { queue: "own", concurrencyKey: "k", rateKey: "r", idempotencyKey: "i" })
      .catch((error) => {
        if (error instanceof ForbiddenError) throw error // the rate has no definition
      }),
  "several jobs": (acting) => acting.enqueueMany([own, own]),
  "a batch with callbacks": (acting) => acting.enqueueBatch([own], { onFinish: own, onSuccess: own }),
  "a workflow": (acting) =>
    acting.enqueueWorkflow({
      name: "flow",
      steps: [
        { step: "one", ...own },
        { step: "two", name: "own", options: { queue: "own", after: "one" } },
      ],
    }),
  "a unique job that keeps others": (acting) =>
    acting.enqueue(
      "own",
      {},
      { queue: "own", unique: { key: "u", while: "unfinished", onConflict: "keep" } },
    ),
}

for (const [what, enqueue] of Object.entries(ALLOWED))
  test(`an enqueuer may enqueue ${what} of its names, and to its queues`, async () => {
    await enqueue(named)
    await enqueue(queued)
  })

const other = { name: "other", options: { queue: "other" } }
const REFUSED: Record<string, (acting: Sluice, job: typeof own) => Promise<unknown>> = {
  "a job of another": (acting) => acting.enqueue("other", {}, { queue: "other" }),
  "one job of another among several": (acting) => acting.enqueueMany([own, other]),
  "a batch with a job of another": (acting) => acting.enqueueBatch([own, other]),
  "a batch that enqueues another's job in the end": (acting) =>
    acting.enqueueBatch([own], { onFinish: other }),
  "a batch that enqueues another's job after success": (acting) =>
    acting.enqueueBatch([own], { onSuccess: other }),
  "a batch that enqueues another's job after a failure": (acting) =>
    acting.enqueueBatch([own], { onDiscard: other }),
  "a batch in another one": (acting) => acting.enqueueBatch([own], { parent: "1" }),
  "jobs of a batch that is there": (acting) => acting.addToBatch("1", [own]),
  "a workflow with a job of another": (acting) =>
    acting.enqueueWorkflow({ name: "flow", steps: [{ step: "one", ...other }] }),
  "a workflow that runs after a job of another": (acting) =>
    acting.enqueueWorkflow({
      name: "flow",
      steps: [{ step: "one", name: "own", options: { queue: "own", after: "12" } }],
    }),
  "a workflow with a callback of another": (acting) =>
    acting.enqueueWorkflow({ name: "flow", steps: [{ step: "one", ...own }] }, { onFinish: other }),
  "a job after one of another": (acting) => acting.enqueue("own", {}, { queue: "own", after: "12" }),
  "an event, to which anything may subscribe": (acting) => acting.emit("paid", {}),
  "the value of a wait": (acting) => acting.completeWait("token", 1, { early: true }),
  "a limit for a key of others": (acting) =>
    acting.enqueue("own", {}, { queue: "own", concurrencyKey: "k", concurrencyLimit: 1 }),
  "an order for a key of others": (acting) =>
    acting.enqueue("own", {}, { queue: "own", concurrencyKey: "k", concurrencyOrder: "enqueued" }),
  "a rate for a key of others": (acting) =>
    acting.enqueue("own", {}, { queue: "own", rateKey: "k", rate: { limit: 1, per: "1d" } }),
}

for (const [what, enqueue] of Object.entries(REFUSED))
  test(`an enqueuer may not enqueue ${what}`, async () => {
    await expect(enqueue(named, own)).rejects.toThrow(/"checkout" is limited to the jobs own, own2/)
    await expect(enqueue(queued, own)).rejects.toThrow(/"mailer" is limited to the queues own/)
    await expect(enqueue(named, own)).rejects.toThrow(ForbiddenError)
    expect(await database.rows("select name from sluice.jobs")).toEqual([])
    expect(await database.rows("select id from sluice.batches")).toEqual([])
  })

test("a job without a queue goes to the only queue of an enqueuer that is limited to one", async () => {
  await queued.enqueue("own", {})
  await queued.enqueueMany([{ name: "own" }, { name: "own", options: { priority: 3 } }])
  await queued.enqueueBatch([], { onFinish: { name: "own" } })
  await queued.enqueueWorkflow({
    name: "flow",
    steps: [
      { step: "one", name: "own" },
      { step: "two", name: "own", options: { after: "one" } },
    ],
  })
  expect(await database.rows("select queue, count(*)::int as jobs from sluice.jobs group by 1")).toEqual([
    { queue: "own", jobs: 6 },
  ])
  await expect(queued.enqueue("own", {}, { queue: "default" })).rejects.toThrow(ForbiddenError)
})

test("an enqueuer that is limited to several queues has to name them, because the definition may name another", async () => {
  const both = actingAs(sluice, { ...byQueue, queues: ["own", "own2"] }, "api")
  await expect(both.enqueue("own", {})).rejects.toThrow(
    'the job has no queue: "mailer" is limited to the queues own, own2, and has to set options.queue to one of them',
  )
  await expect(both.enqueueMany([own, { name: "own" }])).rejects.toThrow("jobs[1] has no queue")
})

const WAYS = ["replace", "reschedule"] as const
const unique = (onConflict: (typeof WAYS)[number]) => ({ key: "u", while: "waiting", onConflict }) as const
const waitingJobs = () =>
  database.rows("select queue, payload, extract(epoch from run_at - now()) > 5000 as later from sluice.jobs")

test("an enqueuer that is limited to queues replaces and puts off waiting jobs of its queues only", async () => {
  const payload = { from: "another" }
  for (const way of WAYS) {
    await database.rows("truncate sluice.jobs cascade")
    await sluice.enqueue("own", payload, { queue: "other", delay: "1h", unique: unique(way) })
    const refused = queued.enqueue("own", {}, { queue: "own", delay: "2h", unique: unique(way) })
    await expect(refused).rejects.toThrow(ForbiddenError)
    await expect(refused).rejects.toThrow('The job with the unique key "u" waits in another queue')
    expect(await waitingJobs()).toEqual([{ queue: "other", payload, later: false }])

    await database.rows("update sluice.jobs set queue = 'own'")
    await queued.enqueue("own", {}, { delay: "2h", unique: unique(way) })
    expect(await waitingJobs()).toMatchObject([{ queue: "own", later: true }])
  }
})

test("it doesn't replace them either where the definition says it, known to the app or to the database alone", async () => {
  const job = defineJob({ name: "replacing", unique: unique("replace"), perform() {} })
  await migrate(database.pool, { jobs: [job], unknownNames: "accept" })
  await sluice.enqueue("replacing", { from: "another" }, { queue: "other", delay: "1h" })
  const knowing = actingAs(createSluice({ database: database.pool, jobs: [job] }), byQueue, "api")
  for (const acting of [queued, knowing]) {
    await expect(acting.enqueue("replacing", {})).rejects.toThrow(ForbiddenError)
    await expect(acting.enqueueMany([{ name: "replacing" }])).rejects.toThrow(ForbiddenError)
    await expect(acting.enqueueBatch([{ name: "replacing" }])).rejects.toThrow(ForbiddenError)
    const request = { key: "again", fingerprint: "a".repeat(64) }
    await expect(acting.enqueue("replacing", {}, { request })).rejects.toThrow(ForbiddenError)
  }
  expect(await waitingJobs()).toMatchObject([{ queue: "other", payload: { from: "another" } }])
})

test("no caller can lift or set the limit by what they send", async () => {
  await sluice.enqueue("own", {}, { queue: "other", delay: "1h", unique: unique("replace") })
  for (const name of ["only_queues", "onlyQueues", "Symbol(onlyQueues)"])
    await expect(
      queued.enqueue("own", {}, { [name]: ["other"], unique: unique("replace") } as never),
    ).rejects.toThrow(/has no option/)
})

test("a callback that only looks like a definition brings no queue and no limits of its own", async () => {
  const posing = { ...own, enqueue: true, queue: "other", concurrency: [{ key: "k", limit: 1 }] }
  for (const acting of [named, queued]) {
    await expect(acting.enqueueBatch([], { onFinish: posing as never })).rejects.toThrow(/has no option/)
    await expect(
      acting.enqueueWorkflow(
        { name: "flow", steps: [{ step: "one", ...own }] },
        { onDiscard: posing as never },
      ),
    ).rejects.toThrow(/has no option/)
  }
  expect(await database.rows("select name from sluice.jobs")).toEqual([])
})

test("an enqueuer without limits enqueues anything, and reads and changes nothing", async () => {
  const acting = actingAs(sluice, { id: "key:3", name: "all", role: "enqueuer" }, "api")
  const { id } = await acting.enqueue("other", {}, { queue: "other" })
  await acting.enqueueBatch([own], { onFinish: other })
  await expect(acting.getJob(id)).rejects.toThrow(ForbiddenError)
  await expect(acting.cancelJob(id)).rejects.toThrow(ForbiddenError)
  await expect(acting.listJobs()).rejects.toThrow(ForbiddenError)
})

test("what isn't a job is refused as to anybody", async () => {
  for (const jobs of [undefined, {}, [null], [5], ["own"]])
    await expect(named.enqueueMany(jobs as never)).rejects.not.toThrow(ForbiddenError)
})

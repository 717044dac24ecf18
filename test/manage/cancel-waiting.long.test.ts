import { createSluice, defineJob, drain, JobNotFoundError, JobStateError, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const performed: string[] = []
const jobs = [
  defineJob({ name: "noop", perform: (_payload, { id }) => void performed.push(id) }),
  defineJob({ name: "computed", concurrency: { key: () => "k" }, perform() {} }),
]
const sluice: Sluice = createSluice({ database: database.pool, jobs })
const byName = createSluice({ database: database.pool })
const drainOnce = () => drain(sluice, { connect: database.connect })

const setState = (id: string, state: string) =>
  database.pool.query("update sluice.jobs set state = $2, suspect_group = 1 where id = $1", [id, state])

const waiting: [state: string, enqueue: () => Promise<{ id: string }>][] = [
  ["ready", () => sluice.enqueue("noop", {})],
  ["scheduled", () => sluice.enqueue("noop", {}, { delay: "1h" })],
  [
    "blocked",
    async () => {
      await sluice.enqueue("noop", {}, { concurrencyKey: "full" })
      const job = await sluice.enqueue("noop", {}, { concurrencyKey: "full" })
      await setState(job.id, "blocked")
      return job
    },
  ],
  [
    "paused",
    async () => {
      await sluice.pauseQueue("asleep")
      return sluice.enqueue("noop", {}, { queue: "asleep" })
    },
  ],
  ...["suspect", "unknown"].map((state): (typeof waiting)[number] => [
    state,
    async () => {
      const job = await sluice.enqueue("noop", {})
      await setState(job.id, state)
      return job
    },
  ]),
  [
    "unkeyed",
    async () => {
      await drainOnce()
      return byName.enqueue("computed", {})
    },
  ],
]

test.each(waiting)("a job that is %s is canceled at once, and never performed", async (state, enqueue) => {
  const { id } = await enqueue()
  expect(await database.rows("select state from sluice.jobs where id = $1", [id])).toEqual([{ state }])
  expect(await sluice.cancelJob(id)).toEqual({ id, state: "canceled" })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "canceled",
    attempts: 0,
    startedAt: null,
    errors: [],
  })
  await drainOnce()
  expect(performed).not.toContain(id)
  expect(await sluice.cancelJob(id), "again").toEqual({ id, state: "canceled" })
})

test("a job that is canceled gives back its unique key", async () => {
  const key = { name: "noop", uniqueKey: "once" }
  const first = await sluice.enqueue("noop", {}, { uniqueKey: "once", delay: "1h" })
  expect(await sluice.cancelJob(key)).toEqual({ id: first.id, state: "canceled" })
  expect(await sluice.enqueue("noop", {}, { uniqueKey: "once" })).toMatchObject({ status: "enqueued" })
})

test("a ready job that is canceled lets the next of its concurrency key become ready", async () => {
  const [first, second] = await sluice.enqueueMany(
    Array.from({ length: 2 }, () => ({ name: "noop", options: { concurrencyKey: "next" } })),
  )
  expect(second).toMatchObject({ state: "blocked" })
  await sluice.cancelJob(first?.id as string)
  expect(await sluice.getJob(second?.id as string)).toMatchObject({ state: "ready" })
})

test("a job whose payload is aside keeps it in the history", async () => {
  const text = "x".repeat(5_000)
  const { id } = await sluice.enqueue("noop", { text })
  await sluice.cancelJob(id)
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", payload: { text } })
})

test("what a job has saved is forgotten when it is canceled", async () => {
  const { id } = await sluice.enqueue("noop", {}, { delay: "1h" })
  await database.pool.query("select sluice.store_progress($1, 0, 'step', 'one', '1')", [id])
  await sluice.cancelJob(id)
  expect(await database.rows("select from sluice.progress where job_id = $1", [id])).toEqual([])
})

test("a job whose outcome was just written is canceled as soon as its drainer releases the lock", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("noop", {}, { queue: "just" })
  const fence = (await session.claim("noop")).find((job) => job.id === id)?.fence as number
  await session.settle({ id, fence, outcome: "retried", wait_ms: 3_600_000 })
  const canceled = sluice.cancelJob(id)
  await eventually(async () =>
    expect(await database.rows("select from sluice.cancellations where job_id = $1", [id])).toHaveLength(1),
  )
  await session.connection.query("select pg_advisory_unlock_all()")
  expect(await canceled).toEqual({ id, state: "canceled" })
  expect(await database.rows("select from sluice.cancellations")).toEqual([])
  await session.end()
})

test("a job whose drainer keeps its lock for long is canceled later, and not performed again", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("noop", {})
  const fence = (await session.claim("noop")).find((job) => job.id === id)?.fence as number
  await session.settle({ id, fence, outcome: "snoozed" })
  expect(await sluice.cancelJob(id)).toEqual({ id, state: "running" })
  await session.end()
  await drainOnce()
  expect(performed).not.toContain(id)
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled" })
})

test("a job that has finished can't be canceled, and neither can an unknown one", async () => {
  const { id } = await sluice.enqueue("noop", {})
  await drainOnce()
  const refused = sluice.cancelJob(id)
  await expect(refused).rejects.toBeInstanceOf(JobStateError)
  await expect(refused).rejects.toMatchObject({
    code: "job_finished",
    message: `Job ${id} has finished, as succeeded`,
  })
  await expect(sluice.cancelJob("999999")).rejects.toBeInstanceOf(JobNotFoundError)
  await expect(sluice.cancelJob({ name: "noop", uniqueKey: "nobody's" })).rejects.toMatchObject({
    code: "job_not_found",
    message: 'No unfinished job has the name "noop" and the unique key "nobody\'s"',
  })
})

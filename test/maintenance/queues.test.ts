import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("without jobs there are no queues", async () => {
  expect(await sluice.listQueues()).toEqual([])
})

test("every queue is listed by name with the number of its jobs in each state", async () => {
  const oldest = new Date("2020-01-01T00:00:00Z")
  await sluice.enqueueMany([
    ...Array.from({ length: 4 }, () => ({ name: "run", options: { queue: "work" } })),
    ...Array.from({ length: 3 }, () => ({ name: "wait", options: { queue: "work" } })),
    { name: "wait", options: { queue: "work", runAt: oldest } },
    ...Array.from({ length: 2 }, () => ({ name: "wait", options: { queue: "work", delay: "1h" } })),
    ...Array.from({ length: 6 }, () => ({ name: "wait", options: { queue: "work", concurrencyKey: "k" } })),
    ...Array.from({ length: 2 }, () => ({ name: "run", options: { queue: "halt" } })),
    { name: "wait", options: { queue: "halt", delay: "1h" } },
    { name: "wait", options: { queue: "alone" } },
  ])
  await sluice.pauseQueue("empty")
  const session = await openSession(database)
  expect(await session.claim("run")).toHaveLength(6)
  await sluice.enqueue("run", {}, { queue: "halt" })
  await sluice.pauseQueue("halt")

  const none = {
    paused: false,
    pausedUntil: null,
    waitingLimit: null,
    ready: 0,
    scheduled: 0,
    blocked: 0,
    running: 0,
    oldestReadyAt: null,
    isEstimate: false,
  }
  expect(await sluice.listQueues()).toEqual([
    { ...none, name: "alone", ready: 1, oldestReadyAt: expect.any(Date) },
    { ...none, name: "empty", paused: true },
    { ...none, name: "halt", paused: true, scheduled: 1, blocked: 1, running: 2 },
    { ...none, name: "work", ready: 5, scheduled: 2, blocked: 5, running: 4, oldestReadyAt: oldest },
  ])
  await session.end()
})

test("when their drainer has died, jobs that ran are ready again, or wait for their queue", async () => {
  await eventually(async () => {
    const queues = await sluice.listQueues()
    expect(queues.map(({ name, ready, blocked, running }) => ({ name, ready, blocked, running }))).toEqual([
      { name: "alone", ready: 1, blocked: 0, running: 0 },
      { name: "empty", ready: 0, blocked: 0, running: 0 },
      { name: "halt", ready: 0, blocked: 3, running: 0 },
      { name: "work", ready: 9, blocked: 5, running: 0 },
    ])
  })
})

test("locks that are not of jobs of this schema are not counted as running", async () => {
  const session = await database.connect()
  const [job] = await database.rows("select id from sluice.jobs where queue = 'alone'")
  await session.query("select pg_advisory_lock($1), pg_advisory_lock($1::integer, 0)", [job.id])
  expect((await sluice.listQueues())[0]).toMatchObject({ name: "alone", ready: 1, running: 0 })
  expect(await sluice.getJob(job.id)).toMatchObject({ state: "ready" })
  await session.end()
})

import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", queue: "of-definition", async perform() {} })
const { sluice, drainOnce } = drainable(database, [job])

test("counts of a small backlog are exact, and those of listQueues", async () => {
  await drainOnce()
  await sluice.enqueueMany([
    { name: "job", options: { queue: "mail" } },
    { name: "job", options: { queue: "mail", delay: "1h" } },
    { name: "job", options: { queue: "held" } },
  ])
  await sluice.pauseQueue("held", { for: "1h" })
  await database.pool.query("update sluice.jobs set state = 'ready' where queue = 'held'") // it came after the pause
  const sampled = await sluice.sampleQueues()
  const withJobs = sampled.filter(({ name }) => name !== "of-definition")
  expect(withJobs).toEqual(await sluice.listQueues())
  expect(sampled.map(({ name }) => name)).toEqual(["held", "mail", "of-definition"])
  expect(await sluice.sampleQueues({ name: "mail" })).toMatchObject([
    { name: "mail", ready: 1, scheduled: 1 },
  ])
})

test("a queue is known by what was performed in it, and the default one by a definition without a queue", async () => {
  const other = await createDatabase()
  const plain = defineJob({ name: "plain", async perform() {} })
  const { sluice, drainOnce } = drainable(other, [plain])
  await drainOnce()
  expect((await sluice.sampleQueues()).map(({ name }) => name)).toEqual(["default"])
  await sluice.enqueue("plain", {}, { queue: "once" })
  await drainOnce()
  expect((await sluice.sampleQueues()).map(({ name }) => name)).toEqual(["default", "once"])
  expect(await sluice.sampleQueues({ name: "once" })).toMatchObject([{ name: "once", ready: 0 }])
  expect(await sluice.sampleQueues({ name: "never" })).toEqual([])
})

test("counts of a large backlog are estimates, and its oldest job is found at the head of the queue", async () => {
  await database.pool.query(`insert into sluice.jobs (name, state, queue, run_at, metadata)
    select 'job', 'ready', case when n % 4 = 0 then 'quarter' else 'rest' end, now() - interval '1 second' * n,
           jsonb_build_object('filler', repeat(md5(n::text), 30)) from generate_series(1, 40000) n`)
  const queues = new Map((await sluice.sampleQueues()).map((queue) => [queue.name, queue]))
  const quarter = queues.get("quarter")
  expect(quarter).toMatchObject({ isEstimate: true, oldestReadyAt: expect.any(Date) })
  expect(quarter?.ready).toBeGreaterThan(9_000)
  expect(quarter?.ready).toBeLessThan(11_000)
  const [{ oldest }] = await database.rows(
    "select to_json(min(run_at)) as oldest from sluice.jobs where queue = 'quarter'",
  )
  expect(quarter?.oldestReadyAt).toEqual(new Date(oldest))
  expect(await sluice.sampleQueues()).toEqual([...queues.values()]) // the same pages, so that numbers don't jump
  expect(await sluice.listQueues()).toEqual([...queues.values()])
  expect(await sluice.listQueues({ after: "mail", limit: 1 })).toMatchObject([
    { name: "of-definition", ready: 0 },
  ])
})

import { createSluice, defineJob, drain } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
/** Every type that the engine reads, as no engine would expect it. */
for (const oid of [16, 20, 21, 23, 26, 114, 700, 701, 1009, 1016, 1114, 1184, 1700, 3802])
  pg.types.setTypeParser(oid, (text) => ({ odd: text }))

test("what an app has told pg about types doesn't reach the engine", async () => {
  const seen: unknown[] = []
  const due: (Date | undefined)[] = []
  const job = defineJob({
    name: "job",
    async perform({ step: name }: { step: string }, { step, tags, metadata, enqueuedAt }) {
      seen.push([await step("one", () => ({ name })), tags, metadata, enqueuedAt instanceof Date])
      return { done: true }
    },
  })
  const inTransaction = defineJob({
    name: "in-transaction",
    transactional: true,
    perform: async (_payload: object, { transaction }) =>
      void seen.push((await transaction.query("select true as value")).rows),
  })
  const stepping = defineJob({
    name: "stepping",
    perform: (_payload: object, { step }) => step("saved", () => 1, { transactional: true }),
  })
  const sluice = createSluice({ database: database.pool, jobs: [job, inTransaction, stepping] })
  const stored = await sluice.enqueue("job", { step: "a" }, { tags: ["x"], metadata: { y: [1] } })
  expect(stored).toEqual({ id: expect.stringMatching(/^\d+$/), status: "enqueued", state: "ready" })
  await sluice.enqueue("in-transaction", {})
  await sluice.enqueue("stepping", {})
  await sluice.enqueue("job", { step: "later" }, { delay: "1h" })
  expect(await sluice.getBacklog()).toMatchObject({ ready: 3 })
  expect(await sluice.listQueues()).toMatchObject([
    { name: "default", paused: false, ready: 3, scheduled: 1, oldestReadyAt: expect.any(Date) },
  ])

  const summary = await drain(sluice, {
    connect: database.connect,
    setWakeUp: async (at) => void due.push(at),
  })
  expect(summary).toMatchObject({ succeeded: 3, lost: 0, nextDueInMs: expect.any(Number) })
  expect(seen).toContainEqual([{ name: "a" }, ["x"], { y: [1] }, true])
  // the job's own statements are read as the app wants them
  expect(seen).toContainEqual([{ value: { odd: "t" } }])
  expect(due).toEqual([expect.any(Date)])
  expect(await sluice.getJob(stored.id)).toMatchObject({
    state: "succeeded",
    attempts: 1,
    result: { done: true },
    durationMs: expect.any(Number),
    runAt: expect.any(Date),
    enqueuedAt: expect.any(Date),
    finishedAt: expect.any(Date),
  })
})

import { Discard, defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
afterEach(() =>
  database.pool.query("truncate sluice.jobs, sluice.progress, sluice.waits, sluice.waiting_jobs"),
)

let work: (context: JobContext) => Promise<unknown>
const job = defineJob({ name: "job", maxAttempts: 1, perform: (_payload: unknown, context) => work(context) })
const { sluice, drainOnce } = drainable(database, [job])
const waitForT = async ({ waitFor }: JobContext) => waitFor("t")

/** As if everything that has ended had done so 31 days ago, and maintenance came. */
async function forget(): Promise<void> {
  await database.pool.query(
    "update sluice.waits set ended_at = now() - interval '31 days' where ended_at is not null",
  )
  await database.pool.query("select from sluice.run_maintenance('forget waits')")
}

test("a job that is retried gets the value that its token was completed with", async () => {
  const { id } = await job.enqueue({})
  work = async (context) => {
    const value = await waitForT(context)
    throw new Discard(String(value))
  }
  await drainOnce()
  await sluice.completeWait("t", "yes")
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  work = waitForT
  await sluice.retryJob(id)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect((await sluice.getJob(id))?.result).toBe("yes")
})

test("a later job that comes to a completed token gets its value, as the first did", async () => {
  work = waitForT
  await job.enqueue({})
  await drainOnce()
  await sluice.completeWait("t", { by: "ada" })
  await drainOnce()
  const { id } = await job.enqueue({})
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect((await sluice.getJob(id))?.result).toEqual({ by: "ada" })
})

test("a token that was completed before its job came to it keeps its value when the job ends", async () => {
  const { id } = await job.enqueue({})
  work = async ({ openWait }) => {
    await openWait("t")
    await sluice.completeWait("t", "early")
    throw new Discard("before it waited")
  }
  await drainOnce()
  work = waitForT
  await sluice.retryJob(id)
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toBe("early")
})

test("a token that has timed out is open again for a job that is retried", async () => {
  const { id } = await job.enqueue({})
  work = waitForT
  await drainOnce()
  await database.pool.query("update sluice.progress set until_at = now()")
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  await sluice.retryJob(id)
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await sluice.completeWait("t", "late")
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toBe("late")
})

test("after 30 days a value is forgotten, but not while a job that has come to its token hasn't taken it", async () => {
  const { id } = await job.enqueue({})
  work = waitForT
  await drainOnce()
  await sluice.pauseQueue("default")
  await sluice.completeWait("t", "kept")
  await forget()
  await sluice.resumeQueue("default")
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toBe("kept")

  await forget()
  expect(await database.rows("select token from sluice.waits")).toEqual([])
})

test("a token that a job opens while another job that opened it ends stays known", async () => {
  const opened = Promise.withResolvers<void>()
  work = async ({ openWait }) => {
    await openWait("t")
    await opened.promise
  }
  await job.enqueue({})
  const drained = drainOnce()
  await eventually(async () => expect(await database.rows("select from sluice.waiting_jobs")).toHaveLength(1))
  const client = await database.pool.connect()
  try {
    await client.query("begin")
    await client.query("insert into sluice.waiting_jobs values (0, 't', false)")
    await client.query("select from sluice.hold_token('t')")
    opened.resolve()
    await eventually(async () =>
      expect(
        await database.rows(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        ),
      ).toHaveLength(1),
    )
    await client.query("commit")
  } finally {
    client.release()
  }
  await drained
  await sluice.completeWait("t", 1)
})

import { Discard, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  defineJob({
    name: "fails",
    perform() {
      throw new Discard("as it should")
    },
  }),
  defineJob({ name: "child", perform() {} }),
])

/** As if the server's clock had been set back by half an hour since everything was stored. */
async function setClockBack(): Promise<void> {
  await database.rows("update sluice.jobs set enqueued_at = enqueued_at + interval '30 minutes'")
  await database.rows("update sluice.batches set created_at = created_at + interval '30 minutes'")
}

test("failures are found that ended before their job was enqueued, as the clock was set back", async () => {
  const { id } = await sluice.enqueue("fails", {})
  const { id: child } = await sluice.enqueue("child", {}, { after: [id] })
  await setClockBack()
  await drainOnce()

  expect(await sluice.getJob(id)).toMatchObject({ errorCount: 1, errors: [{ message: "as it should" }] })
  expect(await sluice.getJob(child)).toMatchObject({ state: "canceled" })
  const [{ parents }] = await database.rows("select sluice.read_parents($1) as parents", [child])
  expect(parents).toMatchObject([{ id, error: { message: "as it should" } }])
  expect(await sluice.retryJobs({ errorClass: "Discard" })).toMatchObject({ changed: 1 })
})

test("with a job, failures are deleted that ended before it was enqueued", async () => {
  const { id } = await sluice.enqueue("fails", {})
  await setClockBack()
  await drainOnce()
  await sluice.deleteJob(id)
  expect(await database.rows("select from sluice.failures where job_id = $1", [id])).toEqual([])
})

test("a batch's jobs are found that were canceled in a transaction which is older than the batch", async () => {
  const client = await database.pool.connect()
  try {
    await client.query("begin")
    await client.query("select now()")
    const { id, jobs } = await sluice.enqueueBatch([{ name: "fails" }, { name: "fails" }])
    await client.query("select sluice.cancel_jobs($1)", [jobs.map((job) => job.id)])
    await client.query("commit")
    expect(await sluice.retryJobs({ batch: id, state: "canceled" })).toMatchObject({ changed: 2 })
  } finally {
    client.release()
  }
})

import { expect, onTestFinished, test } from "vitest"
import { batchesIn, later, ok } from "./batches.ts"

const { database, sluice, drainOnce, callbacks, calls } = await batchesIn()

test.each(["repeatable read", "serializable"])(
  "the last pending job of a batch is canceled at %s, and another was added since the transaction began: the batch is open",
  async (isolation) => {
    calls.length = 0
    const { id, jobs } = await sluice.enqueueBatch([later], callbacks)
    const client = await database.connect()
    onTestFinished(() => client.end?.())
    await client.query(`begin isolation level ${isolation}`)
    await client.query("select count(*) from sluice.jobs")
    await sluice.addToBatch(id, [ok])
    await client.query("select * from sluice.cancel_jobs(array[$1::bigint])", [jobs[0]?.id])
    await client.query("commit")
    expect(await sluice.getBatch(id)).toMatchObject({ state: "open", total: 2, pending: 1 })
    await drainOnce()
    expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", succeeded: 1, canceled: 1 })
    expect(calls.map(({ event }) => event)).toEqual(["finish"])
  },
)

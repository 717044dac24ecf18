import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

test("while a transaction that completes a token is open, the drainer of its job performs others", async () => {
  const waits = defineJob({
    name: "waits",
    async perform(_payload, { openWait, waitFor }) {
      await openWait("t")
      return waitFor("t")
    },
  })
  const { sluice, drainOnce } = drainable(database, [waits, defineJob({ name: "other", perform() {} })])
  await database.pool.query("insert into sluice.waits (token) values ('t')")
  const client = await database.pool.connect()
  await client.query("begin")
  await client.query("select from sluice.complete_wait('t', '1')")
  const { id } = await sluice.enqueue("waits", {})
  const drained = drainOnce()
  for (let n = 0; n < 5; n++) {
    const startedAtMs = performance.now()
    const other = await sluice.enqueue("other", {})
    await eventually(async () => expect(await sluice.getJob(other.id)).toMatchObject({ state: "succeeded" }))
    expect(performance.now() - startedAtMs, "ms until the other job has ended").toBeLessThan(3_000)
  }
  await client.query("commit")
  client.release()
  await drained
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: 1 })
})

import { defineEvent, defineJob } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("a wait that was restored on a server with a lower transaction id ends with an event that is matched after its emit", async () => {
  const paid = defineEvent("order.paid")
  const waits = defineJob({
    name: "waits",
    perform: (_payload, { waitForEvent }) => waitForEvent(paid),
  })
  const { sluice, drainOnce } = drainable(database, [waits])
  const { id } = await sluice.enqueue("waits", {})
  await drainOnce()
  await database.pool.query("update sluice.event_waits set since = '9000000000:9000000000:'")

  // another emit, which is rolled back, has the wait
  const client = await database.connect()
  onTestFinished(() => client.end?.())
  await client.query("begin")
  await client.query("select sluice.emit('order.paid', '{}')")
  await sluice.emit(paid, { cents: 2 })
  await client.query("rollback")
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: { cents: 2 } })
})

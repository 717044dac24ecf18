import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

test("a job whose transaction was open while a drainer looked past its place is found", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "job", perform() {} })])
  const stop = new AbortController()
  const drained = drainOnce({ linger: "1h", signal: stop.signal })
  await eventually(async () =>
    expect(await database.rows("select from sluice.drainers where lingering")).toHaveLength(1),
  )

  const transaction = await database.connect()
  await transaction.query("begin")
  const { id } = await sluice.enqueue("job", {}, { transaction })
  await wait(3_000) // a look passes over what was due a second before it began
  await transaction.query("commit")
  await transaction.end()

  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }))
  stop.abort()
  await drained
})

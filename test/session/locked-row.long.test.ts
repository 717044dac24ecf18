import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()

test("a drain ends by its deadline although somebody holds a row of ours", async () => {
  const job = defineJob({ name: "job", perform() {} })
  const { drainOnce } = drainable(database, [job])
  const { id } = await job.enqueue({})
  const holder = await database.connect()
  await holder.query("begin")
  await holder.query("select from sluice.jobs where id = $1 for update", [id])

  const remainingMs = countdown(6_000)
  const ended = await drainOnce({ remainingMs }).catch((error) => error)
  expect(remainingMs()).toBeGreaterThan(0)
  expect(ended).toBeDefined()
  await holder.end()
  // by what the server still had to do, or by the next drain
  await eventually(async () => {
    await drainOnce()
    expect(await database.rows("select id::text, state from sluice.finished")).toEqual([
      { id, state: "succeeded" },
    ])
  })
})

import { once } from "node:events"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a drain that is told to stop releases its running jobs and ends cleanly", async () => {
  const database = await createDatabase()
  const stop = new AbortController()
  const job = defineJob({
    name: "long",
    async perform(_payload, { signal }) {
      stop.abort()
      await once(signal, "abort")
      throw signal.reason
    },
  })
  const { drainOnce } = drainable(database, [job])
  await job.enqueue({})

  expect(await drainOnce({ signal: stop.signal })).toMatchObject({ snoozed: 1, dueWork: true, stuck: 0 })
  expect(await database.rows("select ending from sluice.drainers")).toEqual([{ ending: "closed" }])
})

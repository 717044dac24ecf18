import { setImmediate as turn } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("jobs that were claimed ahead when a drain is told to stop are released, and run once in the next drain", async () => {
  const stop = new AbortController()
  const performed: number[] = []
  const job = defineJob({
    name: "job",
    async perform({ n }: { n: number }) {
      await turn()
      performed.push(n)
      if (n === 800) stop.abort()
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueueMany(Array.from({ length: 2_000 }, (_, n) => ({ name: "job", payload: { n } })))

  // three claims of 500 each: the third was sent when the second had brought its jobs
  const first = await drainOnce({ concurrency: 500, signal: stop.signal })
  expect(first).toMatchObject({ claimed: 1_500, released: 500, lost: 0, dueWork: true })
  expect(await drainOnce()).toMatchObject({ succeeded: 2_000 - first.succeeded, dueWork: false })
  expect(new Set(performed).size).toBe(2_000)
})

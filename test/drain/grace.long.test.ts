import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

test("a drain that is told to stop starts nothing more, lets running jobs finish within its grace, and releases the rest", async () => {
  const database = await createDatabase()
  let begun = 0
  const job = defineJob({
    name: "job",
    async perform({ ms }: { ms: number }, { signal }) {
      begun++
      await wait(ms, undefined, { signal })
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueue(job, { ms: 500 })
  await sluice.enqueue(job, { ms: 60_000 })
  const stop = new AbortController()
  const drained = drainOnce({ signal: stop.signal, grace: "1500ms" })
  await eventually(() => expect(begun).toBe(2))
  stop.abort()
  const late = await sluice.enqueue(job, { ms: 0 })

  expect(await drained).toMatchObject({ succeeded: 1, snoozed: 1, dueWork: true })
  expect(begun).toBe(2)
  expect(await sluice.getJob(late.id)).toMatchObject({ state: "ready", attempts: 0 })
})

test("the summary says what the time went to", async () => {
  const database = await createDatabase()
  const job = defineJob({ name: "job", perform: () => wait(200) })
  const { drainOnce } = drainable(database, [job])
  await job.enqueue({})
  const { ms, phases } = await drainOnce()
  const { openMs, claimMs, performMs, settleMs, closeMs } = phases
  expect(performMs).toBeGreaterThanOrEqual(100)
  expect(openMs + claimMs + performMs + settleMs + closeMs).toBeLessThanOrEqual(ms + 5)
})

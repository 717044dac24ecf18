import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))

let work: (context: JobContext) => Promise<unknown>
const job = defineJob({ name: "job", maxAttempts: 1, perform: (_payload: unknown, context) => work(context) })
const { sluice, drainOnce } = drainable(database, [job])

const caught: [string, (context: JobContext) => Promise<unknown>][] = [
  ["goes on", ({ sleep }) => sleep("1d").catch(() => "awake")],
  [
    "starts another step",
    async ({ sleep, step }) => {
      await sleep("1d").catch(() => {})
      await step("send", () => void sent.push("too early")).catch(() => {})
    },
  ],
  [
    "throws an error of its own",
    async ({ sleep }) => {
      await sleep("1d").catch((cause) => {
        throw new Error("failed", { cause })
      })
    },
  ],
  ["waits for all that it began, however it ends", ({ sleep }) => Promise.allSettled([sleep("1d")])],
  ["doesn't wait for it", async ({ sleep }) => void sleep("1d").catch(() => {})],
]
const sent: string[] = []

test.each(caught)("a job that catches its sleep and %s sleeps all the same", async (_what, perform) => {
  const { id } = await job.enqueue({})
  work = perform
  expect(await drainOnce()).toMatchObject({ snoozed: 1, succeeded: 0, discarded: 0 })
  expect(sent).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })

  await database.rows("update sluice.progress set until_at = now()")
  await database.rows("update sluice.jobs set run_at = now()")
  work = ({ sleep }) => sleep("1d")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

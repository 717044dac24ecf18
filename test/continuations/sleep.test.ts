import { type Duration, defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { makeDue, savedNames } from "./cuts.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))

let work: (context: JobContext) => Promise<unknown>
const job = defineJob({ name: "job", maxAttempts: 1, perform: (_payload: unknown, context) => work(context) })
const { sluice, drainOnce } = drainable(database, [job])

test("a job that sleeps is released for that long, keeps its attempt, and then continues after the sleep", async () => {
  const { id } = await job.enqueue({})
  const ran: string[] = []
  work = async ({ step, sleep }) => {
    await step("before", () => void ran.push("before"))
    await sleep("for a day", "1d")
    ran.push("after")
  }
  expect(await drainOnce()).toMatchObject({ snoozed: 1, checkpoints: 2, dueWork: false })
  expect(ran).toEqual(["before"])
  const [{ hours }] = await database.rows(
    "select round(extract(epoch from run_at - now()) / 3600)::int as hours from sluice.jobs",
  )
  expect(hours).toBe(24)
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errors: [] })

  await aDayLater()
  expect(await drainOnce()).toMatchObject({ succeeded: 1, snoozed: 0 })
  expect(ran).toEqual(["before", "after"])
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1 })
})

test("woken too early, it sleeps for what remains", async () => {
  await job.enqueue({})
  work = async ({ sleep }) => sleep("for a day", "1d")
  await drainOnce()
  await database.pool.query("update sluice.progress set until_at = until_at - interval '20 hours'")
  await makeDue(database)

  expect(await drainOnce()).toMatchObject({ snoozed: 1, checkpoints: 0 })
  const [{ hours }] = await database.rows(
    "select round(extract(epoch from run_at - now()) / 3600)::int as hours from sluice.jobs",
  )
  expect(hours).toBe(4)
})

test("sleeps without a name go by their order", async () => {
  await job.enqueue({})
  work = async ({ sleep }) => {
    await sleep("1h")
    await sleep(3_600)
    await sleep("named", 0)
    return "rested"
  }
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await aDayLater()
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  expect(await savedNames(database)).toEqual(["sleep 1", "sleep 2"])
  await aDayLater()
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("a sleep that is no duration fails the attempt with what is wrong", async () => {
  const { id } = await job.enqueue({})
  work = async ({ sleep }) => sleep("soon", "a while" as Duration)
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    errors: [{ class: "InvalidInputError", message: expect.stringContaining('sleep "soon" is "a while"') }],
  })
})

async function aDayLater(): Promise<void> {
  await database.pool.query("update sluice.progress set until_at = until_at - interval '1 day'")
  await makeDue(database)
}

import { defineJob, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs, sluice.progress"))
let work: (context: JobContext) => Promise<unknown>
let executions = 0
const job = defineJob({
  name: "job",
  maxAttempts: 1,
  perform(_payload: unknown, context) {
    executions++
    return work(context)
  },
})
const { sluice, drainOnce } = drainable(database, [job])

async function drainAll(id: string) {
  executions = 0
  await eventually(async () => {
    await drainOnce()
    expect((await sluice.getJob(id))?.state).toMatch(/succeeded|discarded/)
  })
  return sluice.getJob(id)
}

test("an isolated step has an execution to itself, and no attempt is charged for that", async () => {
  const { id } = await job.enqueue({})
  const ran: string[] = []
  const did = (name: string) => () => void ran.push(`${name} in ${executions}`)
  work = async ({ step, cursor }) => {
    await step("a", did("a"))
    await step("b", did("b"))
    await step("alone", did("alone"), { isolated: true })
    await cursor("c", 0, (at) => {
      did("c")()
      return at === 0 ? 1 : undefined
    })
    await step("last alone", did("last alone"), { isolated: true })
  }
  expect(await drainAll(id)).toMatchObject({ state: "succeeded", attempts: 1, errors: [] })
  expect(ran).toEqual(["a in 1", "b in 1", "alone in 2", "c in 3", "c in 3", "last alone in 4"])
})

test("isolated steps that begin side by side are performed one after the other", async () => {
  const { id } = await job.enqueue({})
  const ran: string[] = []
  work = ({ step }) =>
    Promise.all(
      ["a", "b"].map((name) =>
        step(name, () => void ran.push(`${name} in ${executions}`), { isolated: true }),
      ),
    )
  expect(await drainAll(id)).toMatchObject({ state: "succeeded", attempts: 1 })
  expect(ran).toEqual(["a in 1", "b in 2"])
})

test("a step that is isolated by something else than a boolean is refused", async () => {
  const { id } = await job.enqueue({})
  work = ({ step }) => step("a", () => 1, { isolated: "yes" as never })
  expect(await drainAll(id)).toMatchObject({ errors: [{ code: "invalid_option" }] })
})

test("a job that sleeps until an instant runs again then, and passes an instant that is over", async () => {
  const { id } = await job.enqueue({})
  const until = new Date(Date.now() + 3_600_000)
  work = async ({ sleepUntil }) => {
    await sleepUntil(new Date(0))
    await sleepUntil("morning", until)
  }
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  const sleeping = await sluice.getJob(id)
  expect(sleeping).toMatchObject({ state: "scheduled", attempts: 0 })
  expect(Math.abs((sleeping?.runAt.getTime() ?? 0) - until.getTime())).toBeLessThan(10_000)
  await database.pool.query("update sluice.progress set until_at = now() where kind = 'sleep'")
  await sluice.runJobNow(id)
  expect(await drainAll(id)).toMatchObject({ state: "succeeded" })
})

test.each(["soon", 5, null, "2026-02-31T00:00:00Z"])("sleeping until %j is refused", async (instant) => {
  const { id } = await job.enqueue({})
  work = ({ sleepUntil }) => sleepUntil(instant as never)
  expect(await drainAll(id)).toMatchObject({ state: "discarded", errors: [{ code: "invalid_option" }] })
})

import { createSluice, defineJob, drain, type JobContext } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const seen = new Map<string, JobContext>()
const perform = (_payload: unknown, context: JobContext) => void seen.set(context.id, context)
const plain = defineJob({ name: "plain", perform })
const mail = defineJob({ name: "mail", queue: "mail", priority: 5, maxAttempts: 4, timeout: "20s", perform })
const jobs = [plain, mail]

const ownDefaults = createSluice({ database: database.pool, jobs })
const defaults = { queue: "slow", priority: 50, maxAttempts: 2, timeout: "3m" } as const
const withDefaults = createSluice({ database: database.pool, jobs, defaults })

test("where nobody says anything a job has queue default, priority 0, 25 attempts and a minute", async () => {
  const { id } = await ownDefaults.enqueue(plain, {})
  expect(await policiesOf(ownDefaults, id)).toEqual({
    queue: "default",
    priority: 0,
    maxAttempts: 25,
    timeoutS: 60,
  })
})

test("createSluice's defaults hold for a definition that says nothing", async () => {
  const { id } = await withDefaults.enqueue(plain, {})
  expect(await policiesOf(withDefaults, id)).toEqual({
    queue: "slow",
    priority: 50,
    maxAttempts: 2,
    timeoutS: 180,
  })
})

test("the definition's policies come before the defaults", async () => {
  const { id } = await withDefaults.enqueue(mail, {})
  expect(await policiesOf(withDefaults, id)).toEqual({
    queue: "mail",
    priority: 5,
    maxAttempts: 4,
    timeoutS: 20,
  })
})

test("the call's policies come before all others, and are stored with the job", async () => {
  const options = { queue: "vip", priority: -7, maxAttempts: 1, timeout: "90s" } as const
  const { id } = await withDefaults.enqueue(mail, {}, options)
  expect(
    await database.rows("select queue, priority, max_attempts, timeout_ms from sluice.jobs where id = $1", [
      id,
    ]),
  ).toEqual([{ queue: "vip", priority: -7, max_attempts: 1, timeout_ms: 90_000 }])
  expect(await policiesOf(withDefaults, id)).toEqual({
    queue: "vip",
    priority: -7,
    maxAttempts: 1,
    timeoutS: 90,
  })
})

test("each policy is looked up for itself: a call that names only the queue changes nothing else", async () => {
  const { id } = await withDefaults.enqueue(mail, {}, { queue: "vip" })
  expect(await policiesOf(withDefaults, id)).toEqual({
    queue: "vip",
    priority: 5,
    maxAttempts: 4,
    timeoutS: 20,
  })
})

/** As `perform` is told them, but for the priority, of which it is told nothing. */
async function policiesOf(sluice: typeof ownDefaults, id: string) {
  const beganAt = Date.now()
  await drain(sluice, { connect: database.connect })
  const context = seen.get(id) as JobContext
  const timeoutS = Math.round((context.deadlineAt.getTime() - beganAt) / 1_000)
  const job = await sluice.getJob(id)
  expect(job).toMatchObject({ state: "succeeded", queue: context.queue })
  return { queue: context.queue, priority: job?.priority, maxAttempts: context.maxAttempts, timeoutS }
}

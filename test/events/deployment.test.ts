import { type AnyEvent, createSluice, defineEvent, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const paid = defineEvent("paid")
const canceled = defineEvent("canceled")
const sluice = createSluice({ database: database.pool })

const job = (name: string, on: readonly AnyEvent[], priority = 0) =>
  defineJob({ name, on, priority, perform() {} })

afterEach(async () => {
  await database.pool.query(
    "delete from sluice.definitions; delete from sluice.jobs; update sluice.settings set refuses_unknown_names = false",
  )
})

/** Which jobs the events enqueue. */
async function subscribers() {
  const named: Record<string, unknown> = {}
  for (const { name } of [paid, canceled]) {
    const { jobs } = await sluice.emit(name, {})
    named[name] = (await Promise.all(jobs.map((id) => sluice.getJob(id)))).map((found) => found?.name)
  }
  return named
}

async function drainWith(...jobs: ReturnType<typeof job>[]): Promise<void> {
  await drain(createSluice({ database: database.pool, jobs }), { connect: database.connect })
}

test("a deployment registers what its jobs subscribe to, in place of what the last one had", async () => {
  await migrate(database.url, { jobs: [job("a", [paid]), job("b", [paid, canceled])] })
  expect(await subscribers()).toEqual({ paid: ["a", "b"], canceled: ["b"] })
  await migrate(database.url, { jobs: [job("a", [canceled]), job("b", [])] })
  expect(await subscribers()).toEqual({ paid: [], canceled: ["a"] })
})

test("a job that the next deployment no longer has is enqueued by no event, until a deployment has it again", async () => {
  await migrate(database.url, { jobs: [job("a", [paid]), job("b", [paid])] })
  await migrate(database.url, { jobs: [job("a", [paid])] })
  expect(await subscribers()).toMatchObject({ paid: ["a"] })
  await migrate(database.url, { jobs: [job("a", [paid]), job("b", [paid])] })
  expect(await subscribers()).toMatchObject({ paid: ["a", "b"] })
})

test("a drainer of an older deployment neither removes nor brings back what jobs subscribe to", async () => {
  await migrate(database.url, { jobs: [job("a", [paid]), job("b", [paid])] })
  await migrate(database.url, { jobs: [job("a", [canceled])] })
  await drainWith(job("a", [paid]), job("b", [paid]))
  expect(await subscribers()).toEqual({ paid: [], canceled: ["a"] })
})

test("nor does one of the deployment before that, whose job was another", async () => {
  await migrate(database.url, { jobs: [job("b", [paid])] })
  await migrate(database.url, { jobs: [job("a", [])] })
  await drainWith(job("b", [canceled], 5))
  expect(await subscribers()).toEqual({ paid: [], canceled: [] })
})

test("where no deployment registers jobs, drainers do", async () => {
  await drainWith(job("a", [paid]))
  expect(await subscribers()).toEqual({ paid: ["a"], canceled: [] })
  await drainWith(job("a", [canceled]))
  expect(await subscribers()).toEqual({ paid: [], canceled: ["a"] })
})

test("a deployment removes what only drainers have registered", async () => {
  await drainWith(job("a", [paid]))
  await migrate(database.url, { jobs: [job("b", [paid])] })
  await drainWith(job("a", [paid]))
  expect(await subscribers()).toMatchObject({ paid: ["b"] })
})

import { type AnyJobDefinition, createSluice, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const performed: string[] = []
const jobsOf = (schema: string) =>
  [
    defineJob({ name: "any", perform: (_payload, { id }) => void performed.push(`${schema} ${id}`) }),
    defineJob({ name: "book", transactional: true, perform: () => "booked" }),
  ] as AnyJobDefinition[]
const a = createSluice({ database: database.pool, jobs: jobsOf("sluice") })
const b = createSluice({ database: database.pool, jobs: jobsOf("jobs_b"), schema: "jobs_b" })
const drainOf = (sluice: typeof a) => drain(sluice, { connect: database.connect, maxDrainers: 1 })

test("a schema of another name works beside the first, each with its own jobs", async () => {
  expect((await migrate(database.pool, { schema: "jobs_b" })).applied).toContain("0001_tables")
  await database.pool.query("select setval('sluice.job_ids', 100), setval('jobs_b.job_ids', 100)")
  const inA = await a.enqueue("any", {})
  const inB = await b.enqueue("any", { where: "b" })
  expect(inB.id).toBe(inA.id) // only the schema tells them apart

  expect(await drainOf(b)).toMatchObject({ claimed: 1, succeeded: 1 })
  expect(performed).toEqual([`jobs_b ${inB.id}`])
  expect(await b.getJob(inB.id)).toMatchObject({ state: "succeeded", payload: { where: "b" } })
  expect(await a.getJob(inA.id)).toMatchObject({ state: "ready" })
  expect(await drainOf(a)).toMatchObject({ claimed: 1, succeeded: 1 })
})

test("a key in one schema is another key in the other", async () => {
  for (const options of [{ uniqueKey: "k" }, { idempotencyKey: "k" }]) {
    await a.enqueue("any", {}, options)
    expect(await b.enqueue("any", {}, options)).toMatchObject({ status: "enqueued" })
    expect(await b.enqueue("any", {}, options)).toMatchObject({ status: "deduplicated" })
  }
  await database.pool.query("delete from sluice.jobs; delete from jobs_b.jobs")
})

test("SQL enqueue, pausing, listing and transactional jobs work there too", async () => {
  const [{ id }] = await database.rows(`select jobs_b.enqueue('book', '{}', '{"queue": "mail"}')::text as id`)
  await b.pauseQueue("mail")
  expect(await drainOf(b)).toMatchObject({ claimed: 0 })
  expect(await b.listQueues()).toMatchObject([{ name: "mail", paused: true, blocked: 1 }])
  expect(await a.listQueues()).toEqual([])
  await b.resumeQueue("mail")
  expect(await drainOf(b)).toMatchObject({ succeeded: 1 })
  expect(await b.getJob(id)).toMatchObject({ state: "succeeded", result: "booked" })
})

test("jobs of one id, drainers of one slot and keys of one name don't hold each other up", async () => {
  const options = { concurrencyKey: "shared" }
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const waits = (gate: number) =>
    defineJob({
      name: "waits",
      perform: async () => {
        gates[gate]?.resolve()
        await gates[1 - gate]?.promise // that the other one's job runs at the same time
      },
    })
  const [first, second] = [
    createSluice({ database: database.pool, jobs: [waits(0)] as AnyJobDefinition[] }),
    createSluice({ database: database.pool, jobs: [waits(1)] as AnyJobDefinition[], schema: "jobs_b" }),
  ]
  await database.pool.query("select setval('sluice.job_ids', 1000), setval('jobs_b.job_ids', 1000)")
  const ids = await Promise.all([first.enqueue("waits", {}, options), second.enqueue("waits", {}, options)])
  expect(ids[0].id).toBe(ids[1].id)

  const summaries = await Promise.all([drainOf(first), drainOf(second)])
  expect(summaries).toMatchObject([
    { slot: 1, succeeded: 1 },
    { slot: 1, succeeded: 1 },
  ])
})

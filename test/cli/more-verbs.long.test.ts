import { createSluice, defineEvent, defineJob, drain, workflow } from "@sluice/core"
import { createConnect } from "@sluice/core/pg"
import { expect, test } from "vitest"
import { z } from "zod"
import { sluiceOn } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const paid = defineEvent("order.paid", z.object({ order: z.number() }))
const ship = defineJob({ name: "ship", input: z.object({ order: z.number() }), on: [paid], perform() {} })
const step = defineJob({ name: "step", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [ship, step] })
await drain(sluice, { connect: createConnect(database.url) }) // registers the definitions
const run = sluiceOn(database.url)
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value))

test("`sluice workflows show` lists the steps with their states, and draws them", async () => {
  const flow = workflow("report")
    .add("read", step)
    .add("write", step, { after: ["read"] })
  const { id } = await sluice.enqueueWorkflow(flow)
  const { stdout } = await run("workflows", "show", id)
  expect(stdout).toMatch(/^name +report$/m)
  expect(stdout).toMatch(/^write +\d+ +step +waiting +read$/m)
  expect((await run("workflows", "show", id, "--mermaid")).stdout).toMatch(/^flowchart/)
  expect(JSON.parse((await run("workflows", "show", id, "--json")).stdout)).toEqual(
    asJson(await sluice.getWorkflow(id)),
  )
  const wrong = await run("workflows", "show", "x")
  expect(wrong.stderr).toContain("the id of a workflow")
  const unknown = await run("workflows", "show", "999999")
  expect(unknown.stderr).toBe("sluice: No workflow has the id 999999, or its history was dropped\n")
  expect(unknown.code).toBe(1)
})

test("`sluice events emit` enqueues the jobs that subscribe, once for a key", async () => {
  const emit = ["events", "emit", "order.paid", '{"order":7}', "--idempotency-key", "a", "--json"]
  const { jobs, resumed } = JSON.parse((await run(...emit)).stdout)
  expect(resumed).toBe(0)
  expect(await sluice.getJob(jobs[0])).toMatchObject({ name: "ship", payload: { order: 7 } })
  expect(JSON.parse((await run(...emit)).stdout)).toEqual({ jobs, resumed })
  expect((await run("events", "emit", "nobody.listens")).stdout).toBe(
    "0 jobs enqueued.\n0 waiting jobs resumed.\n",
  )
})

test("waiting limits of queues and keys are set, listed and removed", async () => {
  expect((await run("limits")).stdout).toBe("No queue and no key has a waiting limit.\n")
  await run("queues", "limit", "mail", "--waiting", "1000")
  expect(JSON.parse((await run("keys", "limit", "customer 7", "--waiting", "2", "--json")).stdout)).toEqual({
    kind: "key",
    target: "customer 7",
    waiting: 2,
  })
  expect((await run("limits")).stdout).toMatch(/^queue +mail +1,000$/m)
  expect(JSON.parse((await run("limits", "--json")).stdout)).toEqual({ limits: await sluice.listLimits() })
  await run("queues", "limit", "mail", "--waiting", "none")
  await run("keys", "limit", "customer 7", "--waiting", "none")
  expect(await sluice.listLimits()).toEqual([])
  for (const wrong of [[], ["--waiting", "0"], ["--waiting", "many"]])
    expect((await run("queues", "limit", "mail", ...wrong)).code).toBe(2)
})

test("`sluice schedules set` stores a schedule, changes it, and `delete` deletes it", async () => {
  const set = ["schedules", "set", "nightly", "step", '{"all":true}']
  const { stdout } = await run(
    ...set,
    "--cron",
    "0 3 * * *",
    "--time-zone",
    "Europe/Berlin",
    "--overlap-policy",
    "skip",
  )
  expect(stdout).toMatch(/^when +0 3 \* \* \* Europe\/Berlin$/m)
  expect(await sluice.getSchedule("nightly")).toMatchObject({
    name: "step",
    payload: { all: true },
    timeZone: "Europe/Berlin",
    overlap: "skip",
    enabled: true,
  })
  const changed = JSON.parse((await run(...set, "--every", "15m", "--disabled", "--json")).stdout)
  expect(changed).toMatchObject({ cron: null, enabled: false })
  const wrong = await run(...set, "--cron", "0 25 * * *")
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toMatch(/^sluice: .*25/)
  expect((await run(...set)).stderr).toBe("sluice: When? Give either --cron or --every\n")
  expect(JSON.parse((await run("schedules", "delete", "nightly", "--json")).stdout)).toEqual({
    key: "nightly",
    deleted: true,
  })
  expect((await run("schedules", "delete", "nightly")).code).toBe(1)
})

test("`sluice jobs erase` removes waiting and finished jobs, and refuses to erase all", async () => {
  const { id } = await sluice.enqueue("step", {}, { metadata: { customer: 4711 } })
  const other = await sluice.enqueue("step", {}, { metadata: { customer: 4711 } })
  await sluice.cancelJob(other.id)
  const filter = ["jobs", "erase", "--metadata", '{"customer":4711}']
  expect((await run(...filter, "--dry-run")).stdout).toBe("Would erase 2 jobs.\n")
  expect((await run(...filter)).code).toBe(2) // nobody can be asked
  expect(await sluice.getJob(id)).toBeDefined()
  expect(JSON.parse((await run(...filter, "--yes", "--json")).stdout)).toEqual({
    matched: 2,
    changed: 2,
    refused: [],
  })
  expect(await sluice.getJob(id)).toBeUndefined()
  expect(await sluice.getJob(other.id)).toBeUndefined()
  expect((await run("jobs", "erase")).stderr).toMatch(/^sluice: Which jobs\?/)
  expect((await run("jobs", "erase", "--state", "succeeded")).stderr).toContain("unknown option '--state'")
  const gone = await run("jobs", "erase", id)
  expect(gone.stderr).toBe(`sluice: No job has the id ${id}\n`)
  expect(gone.code).toBe(1)
})

test("batches, waits, drainers, errors, names and keys are listed as core returns them", async () => {
  const waits = defineJob({
    name: "waits",
    perform: (_, context) => context.waitFor("go", { timeout: "1h" }),
  })
  const fails = defineJob({
    name: "fails",
    maxAttempts: 1,
    concurrency: { key: "customer 7", limit: 2 },
    perform: () => Promise.reject(new Error("no room for 17")),
  })
  const own = createSluice({ database: database.pool, jobs: [waits, fails, step] })
  const { id } = await own.enqueueBatch([{ name: "step" }])
  await own.enqueue(waits, {})
  await own.enqueue(fails, {})
  await drain(own, { connect: createConnect(database.url) })
  await own.enqueue(fails, {})

  expect((await run("batches", "list")).stdout).toMatch(new RegExp(`^${id} .*succeeded +1 +0 +0 +`, "m"))
  expect((await run("waits", "list")).stdout).toMatch(/^token +go +\d+ +waits +.* +in \d+m/m)
  expect((await run("errors")).stdout).toMatch(/^ *1 +1 +\S.* fails +Error: no room for 17/m)
  expect((await run("keys", "list")).stdout).toMatch(/^customer 7 +0 +2 +\d+ +1$/m)
  expect((await run("drainers")).stdout).toBe("No drainer is alive.\n")
  expect((await run("names", "list")).stdout).toMatch(/^fails +1 +100% /m)

  const json = async (...words: string[]) => JSON.parse((await run(...words, "--json")).stdout)
  expect(await json("batches", "list")).toEqual(asJson(await sluice.listBatches()))
  expect(await json("waits", "list")).toEqual(asJson(await sluice.listWaits()))
  expect(await json("drainers")).toEqual(asJson(await sluice.listDrainers()))
  expect(await json("keys", "list")).toEqual({ keys: asJson(await sluice.listKeys()) })
  expect((await json("names", "list")).names).toContainEqual(expect.objectContaining({ name: "fails" }))
  expect((await json("errors")).groups).toHaveLength(1)
})

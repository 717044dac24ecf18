import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { runSluice, sluiceOn } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

// What each option does arrives where it is meant to.

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const run = sluiceOn(database.url)
const json = async (...words: string[]) => JSON.parse((await run(...words, "--json")).stdout)

beforeEach(
  async () =>
    void (await database.pool.query("truncate sluice.jobs, sluice.batches, sluice.audit_log cascade")),
)

test("a job is enqueued with the keys by which it is limited and takes turns", async () => {
  const keys = ["--rate-key", "smtp", "--fair-key", "customer 7", "--concurrency-key", "account 1"]
  const options = ["--concurrency-limit", "3", "--options", '{"rate":{"limit":5,"per":"1m"}}']
  const { id } = await json("enqueue", "mail", ...keys, ...options)
  expect(await sluice.getJob(id)).toMatchObject({ rateKey: "smtp", fairKey: "customer 7" })
  expect(await sluice.listKeys()).toMatchObject([{ key: "account 1", limit: 3 }])
})

test("the address and the schema that are typed come before those of the environment", async () => {
  const environment = { DATABASE_URL: "postgres://127.0.0.1:1/none", SLUICE_SCHEMA: "elsewhere" }
  const typed = ["--database-url", database.url, "--schema", "sluice"]
  const { code, output } = await runSluice.with(environment)("jobs", "list", ...typed)
  expect([code, output]).toEqual([0, "No job matches.\n"])
})

test("a dry run changes no job, though its id is given", async () => {
  const { id } = await sluice.enqueue("mail", {})
  for (const ids of [[id], [id, "999"]])
    expect(await json("jobs", "cancel", ...ids, "--dry-run")).toMatchObject({ matched: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready" })
})

test("50 jobs are listed where no limit is given, and more than a page where one is", async () => {
  await database.pool.query("select sluice.enqueue('mail') from generate_series(1, 1100)")
  expect((await json("jobs", "list")).jobs).toHaveLength(50)
  expect((await json("jobs", "list", "--limit", "2000")).jobs).toHaveLength(1_100)
})

test("jobs that were enqueued before an instant aren't listed with those after it", async () => {
  await sluice.enqueue("mail", {})
  expect(await json("jobs", "list", "--enqueued-after", "2999-01-01")).toMatchObject({ jobs: [] })
})

test("a list of batches is continued where it ended", async () => {
  const [first, second] = [
    await sluice.enqueueBatch([{ name: "a" }]),
    await sluice.enqueueBatch([{ name: "a" }]),
  ]
  const { batches, next } = await json("batches", "list", "--limit", "1")
  expect(batches).toMatchObject([{ id: second.id }])
  expect(await json("batches", "list", "--after", next)).toMatchObject({ batches: [{ id: first.id }] })
})

test("the history of a batch's jobs says who retried them", async () => {
  const { id, jobs } = await sluice.enqueueBatch([{ name: "a" }])
  await sluice.cancelBatch(id)
  await run("batches", "retry", id, "--by", "ada")
  expect(await sluice.getJob(String(jobs[0]?.id))).toMatchObject({ retries: [{ by: "ada" }] })
})

test("a key's rate is set in place of what its jobs ask for", async () => {
  expect(await json("keys", "override", "smtp", "--rate", "7/1m")).toEqual({
    key: "smtp",
    rate: { limit: 7, per: "1m" },
  })
  expect(await database.rows("select target, (rate).starts from sluice.limit_overrides")).toEqual([
    { target: "smtp", starts: 7 },
  ])
})

test("the audit log is listed by where an action came from", async () => {
  await run("queues", "pause", "mail")
  expect((await json("audit", "--via", "cli")).actions).toMatchObject([{ action: "pauseQueue" }])
  expect(await json("audit", "--via", "dashboard")).toMatchObject({ actions: [] })
})

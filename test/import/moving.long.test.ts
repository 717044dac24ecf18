import { fileURLToPath } from "node:url"
import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"
import { createGraphileWorker, runImport } from "./sources.ts"

const JOBS = fileURLToPath(new URL("fixtures/jobs.ts", import.meta.url))
const LEFT =
  "select t.identifier as name from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id order by j.id"

test("a dry run says what would be moved, and moves nothing", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJob("one", {})
  const tried = await runImport(database, "graphile-worker", "--dry-run")
  expect(tried).toMatchObject({ code: 0, report: { dryRun: true, jobs: 1 } })
  expect(await database.rows("select from sluice.jobs")).toEqual([])
  expect(await database.rows(LEFT)).toHaveLength(1)

  const { output } = await runSluice("import", "graphile-worker", "--dry-run", "--database-url", database.url)
  expect(output).toBe(
    `Would move 1 job and 0 schedules from graphile-worker (schema graphile_worker) to Sluice (schema sluice).
  name  ready  scheduled  other
  one       1          0      0
`,
  )
})

test("a second run finds what is new only", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJobs(Array.from({ length: 2_500 }, (_, n) => ({ identifier: "many", payload: { n } })))
  expect((await runImport(database, "graphile-worker")).report.jobs).toBe(2_500)
  await utils.addJob("many", { n: 2_500 })
  expect((await runImport(database, "graphile-worker")).report.jobs).toBe(1)
  expect((await runImport(database, "graphile-worker")).report.jobs).toBe(0)
  const [row] = await database.rows(
    "select count(*)::int, count(distinct payload)::int as payloads from sluice.jobs",
  )
  expect(row).toEqual({ count: 2_501, payloads: 2_501 })
})

test("with --jobs, what their definitions refuse is left, and the others get the definitions' keys", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJob("send_welcome", { to: "ada" }, { queueName: "serial" })
  await utils.addJob("send_welcome", { to: 7 })
  await utils.addJob("welcom", {})
  await utils.addJob("reindex", { shop: 3 })

  const { code, report } = await runImport(
    database,
    "graphile-worker",
    "--jobs",
    JOBS,
    "--map",
    "send_welcome=welcome",
    "--set-queue",
    "moved",
  )
  expect(report.moved.map(({ name }) => name)).toEqual(["welcome", "reindex"])
  expect(report.refused).toMatchObject([
    {
      name: "send_welcome",
      reason: expect.stringContaining("to: Invalid input: expected string"),
      ids: ["2"],
    },
    { name: "welcom", reason: 'No job is named "welcom": did you mean "welcome"?', ids: ["3"] },
  ])
  expect(code).toBe(1)
  expect(
    await database.rows(
      "select name, queue, concurrency_key, concurrency_limit, waiting_key from sluice.jobs order by id",
    ),
  ).toEqual([
    { name: "welcome", queue: "moved", concurrency_key: "to-ada", concurrency_limit: 2, waiting_key: null },
    {
      name: "reindex",
      queue: "moved",
      concurrency_key: null,
      concurrency_limit: null,
      waiting_key: "shop-3",
    },
  ])

  const { output } = await runSluice(
    "import",
    "graphile-worker",
    "--database-url",
    database.url,
    "--jobs",
    JOBS,
  )
  expect(output).toMatch(
    /^Left where they are:\n {2}1 job send_welcome: .*\(2\)\n {2}1 job welcom: No job is .*\(3\)$/m,
  )
})

test("names that the deployment refuses are left without --jobs, too", async () => {
  const { database, utils } = await createGraphileWorker()
  await database.pool.query("update sluice.settings set refuses_unknown_names = true")
  await utils.addJob("unknown", {})
  const { code, report } = await runImport(database, "graphile-worker")
  expect(report).toMatchObject({
    jobs: 0,
    refused: [{ name: "unknown", reason: expect.stringContaining("No job is named") }],
  })
  expect(code).toBe(1)
})

test("a job whose unique key is taken in Sluice is left, and the one in Sluice stays as it is", async () => {
  const { database, utils } = await createGraphileWorker()
  const sluice = createSluice({ database: database.pool, schema: "sluice" })
  await sluice.enqueue("one", { from: "sluice" }, { unique: { key: "k", while: "waiting" } })
  await utils.addJob("one", { from: "elsewhere" }, { jobKey: "k" })
  await utils.addJob("two", {}, { jobKey: "other" })
  const { report } = await runImport(database, "graphile-worker")
  expect(report).toMatchObject({
    jobs: 1,
    refused: [{ name: "one", reason: "a job in Sluice has its unique key" }],
  })
  expect(await database.rows(LEFT)).toEqual([{ name: "one" }])
  expect(await database.rows("select payload from sluice.jobs where name = 'one'")).toEqual([
    { payload: { from: "sluice" } },
  ])
})

test("a definition that replaces jobs doesn't replace a newer one by what comes from elsewhere", async () => {
  const { database, utils } = await createGraphileWorker()
  const { reindex } = await import("./fixtures/jobs.ts")
  const sluice = createSluice({ database: database.pool, schema: "sluice", jobs: [reindex] })
  await sluice.enqueue("reindex", { shop: 3, isNew: true } as never)
  await utils.addJob("reindex", { shop: 3 })
  const { report } = await runImport(database, "graphile-worker", "--jobs", JOBS)
  expect(report).toMatchObject({ jobs: 0, refused: [{ name: "reindex" }] })
  expect(await database.rows("select payload from sluice.jobs")).toEqual([
    { payload: { shop: 3, isNew: true } },
  ])
})

test("an error moves nothing of what came before it", async () => {
  const { database, utils } = await createGraphileWorker()
  const sluice = createSluice({ database: database.pool, schema: "sluice" })
  await sluice.limitQueue("default", { waiting: 1_500 })
  await utils.addJobs(Array.from({ length: 2_000 }, (_, n) => ({ identifier: "many", payload: { n } })))
  const { code, output } = await runImport(database, "graphile-worker")
  expect(output).toContain('The queue "default" is full')
  expect(code).toBe(1)
  expect(await database.rows("select from sluice.jobs")).toEqual([])
  expect(await database.rows(LEFT)).toHaveLength(2_000)
})

test("jobs that a trigger keeps from being deleted are not moved, for both queues would perform them", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJob("kept", {})
  await database.pool.query(`
    create function keep() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger keep before delete on graphile_worker._private_jobs for each row execute function keep()`)
  const { code, output } = await runImport(database, "graphile-worker")
  expect(output).toContain("1 of the jobs that were read can't be deleted from graphile-worker")
  expect(code).toBe(1)
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

test.each([
  [["import"], "missing required argument 'system'"],
  [["import", "constructor"], '<system> is "constructor": give graphile-worker'],
  [["import", "sidekiq"], '<system> is "sidekiq": give graphile-worker or pg-boss or good_job'],
  [["import", "pg-boss", "--map", "a"], '--map is "a": give a pair such as send_mail=send-mail'],
  [["import", "pg-boss", "--crontab", "x"], "--crontab is a file of graphile-worker, not of pg-boss"],
])("`sluice %j` is refused in words", async (args, words) => {
  const { code, output } = await runSluice.with({ DATABASE_URL: "postgres://127.0.0.1:1/x" })(...args)
  expect(output).toContain(words)
  expect(code).toBe(2)
})

test("a database without the other queue, with an unknown version of it, or without Sluice is refused", async () => {
  const { database } = await createGraphileWorker()
  const missing = await runImport(database, "pg-boss")
  expect(missing.output).toContain(
    'sluice: There is no table "pgboss"."version" of pg-boss in this database: say with --from-schema where it is\n',
  )
  await database.pool.query("insert into graphile_worker.migrations (id) values (21)")
  const newer = await runImport(database, "graphile-worker")
  expect(newer.output).toContain(
    "The schema of graphile-worker is at version 21. Known are 18 to 20, of graphile-worker 0.16 to 0.18. Upgrade @sluice/cli",
  )
  const empty = await runImport(await createDatabase("template0"), "graphile-worker")
  expect(empty.output).toContain("There is no schema sluice of Sluice's in this database: run sluice migrate")
  expect([missing.code, newer.code, empty.code]).toEqual([1, 1, 3])
})

test("a line of a crontab that can't be read is named, and nothing is moved", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJob("one", {})
  const { output } = await runImport(database, "graphile-worker", "--crontab", JOBS)
  expect(output).toContain(`${JOBS}:1: "import { defineJob } from`)
  expect(await database.rows(LEFT)).toHaveLength(1)
})

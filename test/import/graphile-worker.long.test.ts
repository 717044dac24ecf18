import { defineJob } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { drainable } from "../support/drain.ts"
import { createGraphileWorker, runImport } from "./sources.ts"

test("waiting and delayed jobs of graphile-worker are moved with their options, and are performed", async () => {
  const { database, utils } = await createGraphileWorker()
  const runAt = new Date("2090-05-01T12:00:00.123Z")
  await utils.addJob(
    "welcome",
    { to: "ada" },
    { priority: 7, maxAttempts: 4, jobKey: "ada", flags: ["slow", "mail"] },
  )
  await utils.addJob("later", { to: "bob" }, { runAt })
  await utils.addJob("urgent", [1, 2], { priority: -5 })
  await database.pool.query(
    "update graphile_worker._private_jobs set attempts = 2, created_at = '2026-01-02 03:04:05+00' where key = 'ada'",
  )

  const { code, report } = await runImport(database, "graphile-worker")
  expect(report).toEqual({
    system: "graphile-worker",
    from: "graphile_worker",
    to: "sluice",
    dryRun: false,
    jobs: 3,
    moved: [
      { name: "urgent", ready: 1, scheduled: 0, other: 0 },
      { name: "later", ready: 0, scheduled: 1, other: 0 },
      { name: "welcome", ready: 1, scheduled: 0, other: 0 },
    ],
    schedules: [],
    refused: [],
    inUse: 0,
    failed: 0,
  })
  expect(code).toBe(0)
  expect(await database.rows("select from graphile_worker._private_jobs")).toEqual([])

  const jobs = await database.rows(
    `select name, queue, priority, to_json(run_at) #>> '{}' as run_at, attempts, max_attempts, waiting_key, tags, payload,
            extract(epoch from enqueued_at)::integer as enqueued_at, metadata->'importedFrom'->>'system' as system from sluice.jobs order by name`,
  )
  expect(jobs).toMatchObject([
    { name: "later", priority: 0, attempts: 0, max_attempts: 25, tags: null, payload: { to: "bob" } },
    { name: "urgent", priority: -5, payload: [1, 2] },
    {
      name: "welcome",
      queue: "default",
      priority: 7,
      attempts: 2,
      max_attempts: 4,
      waiting_key: "ada",
      tags: ["mail", "slow"],
      payload: { to: "ada" },
      enqueued_at: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000,
      system: "graphile-worker",
    },
  ])
  expect(new Date(jobs[0].run_at)).toEqual(runAt)

  const performed: unknown[] = []
  const perform = (payload: unknown, { attempt }: { attempt: number }) =>
    void performed.push([payload, attempt])
  const { drainOnce } = drainable(database, [
    defineJob({ name: "welcome", perform }),
    defineJob({ name: "urgent", perform }),
    defineJob({ name: "later", perform }),
  ])
  await drainOnce()
  expect(performed).toEqual([
    [[1, 2], 1],
    [{ to: "ada" }, 3],
  ])
})

test("a job that runs, the others of its queue, and one that has failed for good are left", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJob("running", {}, { queueName: "serial" })
  await database.pool.query(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'another';
     update graphile_worker._private_job_queues set locked_at = now(), locked_by = 'another'`,
  )
  await utils.addJob("next", {}, { queueName: "serial" })
  await utils.addJob("free", {}, { queueName: "idle" })
  const failed = await utils.addJob("failed", {}, { maxAttempts: 1 })
  await database.pool.query("update graphile_worker._private_jobs set attempts = 1 where id = $1", [
    failed.id,
  ])

  const { code, report } = await runImport(database, "graphile-worker")
  expect(report).toMatchObject({
    moved: [{ name: "free", ready: 1, scheduled: 0, other: 0 }],
    inUse: 2,
    failed: 1,
  })
  expect(code).toBe(0)
  expect(await database.rows("select concurrency_key, concurrency_limit from sluice.jobs")).toEqual([
    { concurrency_key: "idle", concurrency_limit: 1 },
  ])
})

test("the items of a crontab become schedules", async () => {
  const { database } = await createGraphileWorker()
  const { code, report } = await runImport(
    database,
    "graphile-worker",
    "--crontab",
    "test/import/fixtures/crontab",
    "--map",
    "send_report=send-report",
  )
  expect(report.schedules).toEqual(["cleanup", "weekly"])
  expect(code).toBe(0)
  const rows = await database.rows(
    "select key, name, settings, job->'payloads'->0 as payload from sluice.schedules order by key",
  )
  expect(rows).toEqual([
    {
      key: "cleanup",
      name: "cleanup",
      settings: { cron: "*/5 * * * *", catchUp: "skip", options: {} },
      payload: {},
    },
    {
      key: "weekly",
      name: "send-report",
      settings: {
        cron: "0 4 * * 1",
        catchUp: { policy: "all", within: "93600s" },
        options: { priority: 3, maxAttempts: 5 },
      },
      payload: { team: "sales" },
    },
  ])
  const again = await runImport(
    database,
    "graphile-worker",
    "--crontab",
    "test/import/fixtures/crontab",
    "--map",
    "send_report=send-report",
  )
  expect(again).toMatchObject({ code: 0, report: { schedules: ["cleanup", "weekly"] } })
})

test("an item whose job Sluice would refuse becomes no schedule, and the reason is told", async () => {
  const { database } = await createGraphileWorker()
  const { code, report } = await runImport(
    database,
    "graphile-worker",
    "--jobs",
    "test/import/fixtures/jobs.ts",
    "--crontab",
    "test/import/fixtures/crontab-refused",
  )
  expect(report).toMatchObject({ schedules: ["fits"], jobs: 0 })
  expect(report.refused).toMatchObject([
    {
      kind: "schedule",
      name: "cleanup",
      reason: expect.stringMatching(/^No job is named "cleanup": known are /),
    },
    {
      kind: "schedule",
      name: "welcome",
      reason: expect.stringMatching(/^The payload of "welcome" doesn't match/),
    },
  ])
  expect(code).toBe(1)
  expect(await database.rows("select key from sluice.schedules")).toEqual([{ key: "fits" }])
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

test("a role to which row-level security would show an empty queue gets an error", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJob("hidden", {})
  const role = `importer_${database.name}`
  await database.pool.query(`
    create role ${role} login password 'secret';
    grant usage on schema graphile_worker, sluice to ${role};
    grant select, update, delete on all tables in schema graphile_worker, sluice to ${role};
    grant execute on all functions in schema sluice to ${role}`)
  onTestFinished(async () => {
    await database.pool.query(`drop owned by ${role}; drop role ${role}`)
  })
  const url = new URL(database.url)
  url.username = role
  url.password = "secret"
  const { code, output } = await runSluice("import", "graphile-worker", "--database-url", url.href)
  expect(output).toContain("row-level security policy")
  expect(code).toBe(3)
})

import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { drainable } from "../support/drain.ts"
import { createPgBoss, runImport } from "./sources.ts"

test("waiting, delayed and failed-once jobs of pg-boss are moved with their options, and are performed", async () => {
  const { database, boss } = await createPgBoss()
  await boss.createQueue("welcome")
  await boss.createQueue("later")
  await boss.createQueue("retried", { retryLimit: 3 })
  await boss.send("welcome", { to: "ada" }, { priority: 9, group: { id: "tenant-1" } })
  await boss.send("later", { to: "bob" }, { startAfter: new Date("2090-05-01T12:00:00.123Z") })
  await boss.send("retried", { to: "cy" })
  const [fetched] = await boss.fetch("retried")
  await boss.fail("retried", fetched?.id as string)

  const { code, report } = await runImport(database, "pg-boss")
  expect(report).toMatchObject({ from: "pgboss", to: "sluice", jobs: 3, refused: [], inUse: 0, failed: 0 })
  expect(report.moved).toEqual([
    { name: "welcome", ready: 1, scheduled: 0, other: 0 },
    { name: "later", ready: 0, scheduled: 1, other: 0 },
    { name: "retried", ready: 1, scheduled: 0, other: 0 },
  ])
  expect(code).toBe(0)
  expect(
    await database.rows("select from pgboss.job where state < 'active' and name not like '\\_\\_%'"),
  ).toEqual([])
  expect(
    await database.rows(
      "select name, priority, attempts, max_attempts, payload, metadata->'importedFrom'->'groupId' as grouped from sluice.jobs order by name",
    ),
  ).toEqual([
    { name: "later", priority: 0, attempts: 0, max_attempts: 3, payload: { to: "bob" }, grouped: null },
    { name: "retried", priority: 0, attempts: 1, max_attempts: 4, payload: { to: "cy" }, grouped: null },
    {
      name: "welcome",
      priority: -9,
      attempts: 0,
      max_attempts: 3,
      payload: { to: "ada" },
      grouped: "tenant-1",
    },
  ])

  const performed: unknown[] = []
  const perform = (payload: unknown, { attempt }: { attempt: number }) =>
    void performed.push([payload, attempt])
  const { drainOnce } = drainable(database, [
    defineJob({ name: "welcome", perform }),
    defineJob({ name: "retried", perform }),
    defineJob({ name: "later", perform }),
  ])
  await drainOnce()
  expect(performed).toEqual([
    [{ to: "ada" }, 1],
    [{ to: "cy" }, 2],
  ])
})

test("the policies of queues become keys, and nothing is moved of a key whose job runs", async () => {
  const { database, boss } = await createPgBoss()
  for (const policy of ["short", "exclusive", "singleton", "stately", "key_strict_fifo"] as const) {
    await boss.createQueue(policy, { policy })
    await boss.send(policy, {}, { singletonKey: "k" })
  }
  await boss.createQueue("busy", { policy: "singleton" })
  await boss.send("busy", { n: 1 })
  await boss.fetch("busy")
  await boss.send("busy", { n: 2 })

  const { report } = await runImport(database, "pg-boss")
  expect(report).toMatchObject({ jobs: 5, inUse: 2 })
  const keys = "name, unique_key, waiting_key, concurrency_key, holds_key is not null as in_order"
  expect(await database.rows(`select ${keys} from sluice.jobs order by name`)).toEqual([
    { name: "exclusive", unique_key: "k", waiting_key: null, concurrency_key: null, in_order: false },
    {
      name: "key_strict_fifo",
      unique_key: null,
      waiting_key: null,
      concurrency_key: "key_strict_fifo/k",
      in_order: true,
    },
    { name: "short", unique_key: null, waiting_key: "k", concurrency_key: null, in_order: false },
    {
      name: "singleton",
      unique_key: null,
      waiting_key: null,
      concurrency_key: "singleton/k",
      in_order: false,
    },
    { name: "stately", unique_key: null, waiting_key: "k", concurrency_key: "stately/k", in_order: false },
  ])
})

test("jobs of a flow, and those that run or have failed for good, are left", async () => {
  const { database, boss } = await createPgBoss()
  await boss.createQueue("parent")
  await boss.createQueue("child")
  await boss.createQueue("other", { retryLimit: 0 })
  await boss.flow([
    { ref: "first", name: "parent", data: {} },
    { ref: "second", name: "child", data: {}, dependsOn: ["first"] },
  ])
  await boss.send("other", {})
  await boss.send("other", {})
  const [failed] = await boss.fetch("other")
  await boss.fail("other", failed?.id as string)
  await boss.fetch("other")

  const { code, report } = await runImport(database, "pg-boss")
  expect(report).toMatchObject({ jobs: 0, inUse: 1, failed: 1 })
  expect(report.refused.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject([
    { kind: "job", name: "child", reason: "it waits for other jobs of its flow", ids: [expect.any(String)] },
    { kind: "job", name: "parent", reason: "other jobs of its flow wait for it", ids: [expect.any(String)] },
  ])
  expect(code).toBe(1)
})

test("numbers that Sluice doesn't have keep only their own job from being moved", async () => {
  const { database, boss } = await createPgBoss()
  for (const name of ["first", "last", "often", "fine"]) {
    await boss.createQueue(name)
    await boss.send(name, {})
  }
  await database.pool.query(`
    update pgboss.job set priority = case name when 'first' then 2147483647 when 'last' then -2147483648 else 0 end,
      retry_limit = case name when 'often' then 2147483647 else 2 end, retry_count = case name when 'fine' then 2147483647 else 0 end`)
  const { report } = await runImport(database, "pg-boss")
  expect(report.moved).toMatchObject([{ name: "fine" }])
  expect(Object.fromEntries(report.refused.map(({ name, reason }) => [name, reason]))).toEqual({
    first: expect.stringContaining("options.priority is -2147483647"),
    last: expect.stringContaining("options.priority is 2147483648"),
    often: expect.stringContaining("options.maxAttempts is 2147483648"),
  })
})

test("schedules of pg-boss become Sluice's, and are gone from pg-boss", async () => {
  const { database, boss } = await createPgBoss()
  await boss.createQueue("report")
  const options = { tz: "Europe/Berlin", priority: 4, retryLimit: 2, missed: "once" } as const
  await boss.schedule("report", "30 3 * * 1-5", { team: "sales" }, options)
  await boss.schedule("report", "0 4 * * *", { team: "it" }, { key: "it" })
  await boss.schedule("report", "*/20 * * * * *", null, { key: "seconds" })

  const { code, report } = await runImport(database, "pg-boss", "--map", "report=send-report")
  expect(report.schedules).toEqual(["report", "report/it"])
  expect(report.refused).toEqual([
    {
      kind: "schedule",
      name: "report",
      ids: ["seconds"],
      reason: "its cron expression has several seconds, of which pg-boss uses none",
    },
  ])
  expect(code).toBe(1)
  expect(await database.rows("select key from pgboss.schedule")).toEqual([{ key: "seconds" }])
  expect(
    await database.rows(
      "select key, name, settings, job->'payloads'->0 as payload from sluice.schedules order by key",
    ),
  ).toEqual([
    {
      key: "report",
      name: "send-report",
      settings: {
        cron: "30 3 * * 1-5",
        timeZone: "Europe/Berlin",
        catchUp: "once",
        options: { priority: -4, maxAttempts: 3 },
      },
      payload: { team: "sales" },
    },
    {
      key: "report/it",
      name: "send-report",
      settings: { cron: "0 4 * * *", timeZone: "UTC", catchUp: "skip", options: {} },
      payload: { team: "it" },
    },
  ])
})

test("a schedule of Sluice's is not replaced by one of pg-boss with the same key", async () => {
  const { database, boss } = await createPgBoss()
  await boss.createQueue("report")
  await boss.schedule("report", "0 4 * * *")
  await database.pool.query(`select sluice.set_schedule('report', '{"name": "report", "cron": "0 5 * * *"}')`)
  const { code, report } = await runImport(database, "pg-boss")
  expect(report.refused).toMatchObject([
    { kind: "schedule", reason: 'Sluice has another schedule with the key "report"' },
  ])
  expect(code).toBe(1)
  expect(await database.rows("select settings->>'cron' as cron from sluice.schedules")).toEqual([
    { cron: "0 5 * * *" },
  ])
  expect(await database.rows("select from pgboss.schedule")).toHaveLength(1)
})

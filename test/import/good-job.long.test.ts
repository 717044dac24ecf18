import { randomUUID } from "node:crypto"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import type { TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { createGoodJob, runImport } from "./sources.ts"

test("waiting and delayed jobs of GoodJob are moved with their options, and are performed", async () => {
  const database = await createGoodJob()
  await add(database, "WelcomeJob", [{ to: "ada", _aj_ruby2_keywords: ["to"] }], {
    queue_name: "mail",
    priority: 5,
    labels: ["spring"],
    created_at: "2026-01-02 03:04:05",
    concurrency_key: "WelcomeJob-ada",
    executions: 2,
  })
  await add(database, "Admin::ReportJob", [], { scheduled_at: "2090-05-01 12:00:00.123" })

  const { code, report } = await runImport(database, "good_job", "--map", "Admin::ReportJob=report")
  expect(report).toMatchObject({ from: "public", jobs: 2, refused: [], inUse: 0, failed: 0 })
  expect(report.moved).toEqual([
    { name: "report", ready: 0, scheduled: 1, other: 0 },
    { name: "WelcomeJob", ready: 1, scheduled: 0, other: 0 },
  ])
  expect(code).toBe(0)
  expect(await database.rows("select from good_jobs")).toEqual([])
  const columns =
    "name, queue, priority, attempts, max_attempts, tags, payload, extract(epoch from run_at)::float as run_at"
  expect(
    await database.rows(
      `select ${columns}, extract(epoch from enqueued_at)::integer as enqueued_at, metadata->'importedFrom'->'concurrencyKey' as key
       from sluice.jobs order by priority desc`,
    ),
  ).toEqual([
    {
      name: "WelcomeJob",
      queue: "mail",
      priority: 5,
      attempts: 2,
      max_attempts: null,
      tags: ["spring"],
      payload: { to: "ada" },
      run_at: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000,
      enqueued_at: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000,
      key: "WelcomeJob-ada",
    },
    expect.objectContaining({
      name: "report",
      queue: "default",
      payload: {},
      run_at: Date.UTC(2090, 4, 1, 12, 0, 0, 123) / 1_000,
    }),
  ])

  const performed: unknown[] = []
  const perform = (payload: unknown, { attempt }: { attempt: number }) =>
    void performed.push([payload, attempt])
  const { drainOnce } = drainable(database, [
    defineJob({ name: "WelcomeJob", perform }),
    defineJob({ name: "report", perform }),
  ])
  await drainOnce()
  expect(performed).toEqual([[{ to: "ada" }, 3]])
})

test("the arguments of Active Job become a payload", async () => {
  const database = await createGoodJob()
  const cases: [string, unknown[], unknown][] = [
    ["Nothing", [], {}],
    ["Positional", [1, "a", null, [true]], { arguments: [1, "a", null, [true]] }],
    [
      "PositionalAndKeywords",
      ["a", { force: true, _aj_ruby2_keywords: ["force"] }],
      { arguments: ["a", { force: true }] },
    ],
    ["Hash", [{ a: { b: 1, _aj_symbol_keys: ["b"] }, _aj_symbol_keys: [] }], { a: { b: 1 } }],
    ["Indifferent", [{ a: 1, _aj_hash_with_indifferent_access: true }], { a: 1 }],
    ["Record", [{ _aj_globalid: "gid://shop/User/7" }], { arguments: ["gid://shop/User/7"] }],
    [
      "Symbol",
      [{ _aj_serialized: "ActiveJob::Serializers::SymbolSerializer", value: "weekly" }],
      { arguments: ["weekly"] },
    ],
    [
      "Instant",
      [
        {
          _aj_serialized: "ActiveJob::Serializers::TimeWithZoneSerializer",
          value: "2026-01-02T03:04:05.000000000Z",
          time_zone: "Etc/UTC",
        },
      ],
      { arguments: ["2026-01-02T03:04:05.000000000Z"] },
    ],
    [
      "Duration",
      [
        {
          _aj_serialized: "ActiveJob::Serializers::DurationSerializer",
          value: 300,
          parts: [[{ _aj_serialized: "x" }, 5]],
        },
      ],
      { arguments: [300] },
    ],
  ]
  for (const [name, given] of cases) await add(database, name, given)
  expect((await runImport(database, "good_job")).report.jobs).toBe(cases.length)
  const rows = await database.rows("select name, payload from sluice.jobs")
  expect(Object.fromEntries(rows.map(({ name, payload }) => [name, payload]))).toEqual(
    Object.fromEntries(cases.map(([name, _, payload]) => [name, payload])),
  )
})

test("jobs that JSON or Sluice can't have are left with the reason, and the others are moved", async () => {
  const database = await createGoodJob()
  const range = {
    _aj_serialized: "ActiveJob::Serializers::RangeSerializer",
    begin: 1,
    end: 2,
    exclude_end: false,
  }
  const refused = [
    await add(database, "WithRange", [range]),
    await add(database, "WithCustom", [{ deep: [{ _aj_serialized: "MoneySerializer", value: 5 }] }]),
    await add(database, "OfBatch", [], { batch_id: randomUUID() }),
    await add(database, "Callback", [], { batch_callback_id: randomUUID() }),
    await add(database, "Has space", []),
  ]
  const exact = await add(database, "Large", [])
  await database.pool.query(
    "update good_jobs set serialized_params = jsonb_set(serialized_params, '{arguments}', '[12345678901234567890]') where id = $1",
    [exact],
  )
  await add(database, "Fine", [9_007_199_254_740_991, 0.1, "12345678901234567890"])

  const { code, report } = await runImport(database, "good_job")
  expect(report.moved).toEqual([{ name: "Fine", ready: 1, scheduled: 0, other: 0 }])
  const reasons = report.refused.map(({ name, reason }) => [name, reason])
  expect(Object.fromEntries(reasons)).toEqual(
    Object.fromEntries([
      [
        "WithRange",
        "an argument is serialized by ActiveJob::Serializers::RangeSerializer, whose values JSON doesn't have",
      ],
      ["WithCustom", "an argument is serialized by MoneySerializer, whose values JSON doesn't have"],
      ["OfBatch", "it belongs to a batch"],
      ["Callback", "it is the callback of a batch"],
      ["Large", "an argument is an integer that JavaScript can't represent exactly"],
      ["Has space", expect.stringContaining("1 to 128 letters, digits and . _ - / :")],
    ]),
  )
  expect(report.refused.flatMap(({ ids }) => ids).toSorted()).toEqual([...refused, exact].toSorted())
  expect(code).toBe(1)
  expect(await database.rows("select from good_jobs")).toHaveLength(6)
})

test("what Active Job doesn't write keeps only its own job from being moved", async () => {
  const database = await createGoodJob()
  const nested = JSON.parse(`${"[".repeat(3_000)}${"]".repeat(3_000)}`)
  await add(database, "Hash", { a: 1 } as never)
  await add(database, "Null", null as never)
  await add(database, "Deep", [nested])
  await add(database, "Long", ["\\".repeat(200_000), "x".repeat(10_000_000)])
  await add(database, "Often", [], { executions: 3_000_000_000 })
  await add(database, "Many", [], { executions: "many" })
  await add(database, "Counted", [], { executions: 999_999_999 })

  const { report } = await runImport(database, "good_job")
  expect(report.moved.map(({ name }) => name).toSorted()).toEqual(["Counted", "Many", "Often"])
  const reasons = report.refused.map(({ name, reason }) => [name, reason])
  expect(Object.fromEntries(reasons)).toEqual({
    Hash: "its arguments aren't a list",
    Null: "its arguments aren't a list",
    Deep: "an argument is nested too deep: at most 1000 levels",
    Long: expect.stringContaining("over the limit of 262144"),
  })
  expect(await database.rows("select name, attempts from sluice.jobs where attempts <> 0")).toEqual([
    { name: "Counted", attempts: 32_767 },
  ])
})

test("a job that a worker holds by its advisory lock or its row, and a discarded one, are left", async () => {
  const database = await createGoodJob()
  const held = await add(database, "Held", [])
  await add(database, "Claimed", [], { locked_by_id: randomUUID() })
  await add(database, "Discarded", [], { finished_at: "2026-01-01", error: "RuntimeError: no" })
  await add(database, "Finished", [], { finished_at: "2026-01-01" })
  const worker = await database.connect()
  await worker.query(
    "select pg_advisory_lock(('x' || substr(md5('good_jobs-' || $1::text), 1, 16))::bit(64)::bigint)",
    [held],
  )
  const { report } = await runImport(database, "good_job")
  await worker.end()
  expect(report).toMatchObject({ jobs: 0, inUse: 2, failed: 1, refused: [] })
})

test("tables of an older GoodJob are refused before anything is done", async () => {
  const database = await createGoodJob()
  await database.pool.query("alter table good_jobs drop column locked_by_id")
  const { code, output } = await runImport(database, "good_job")
  expect(output).toContain("has no locked_by_id: known are the tables of GoodJob 4")
  expect(code).toBe(1)
})

/** As Active Job 8 serializes a job, and GoodJob stores it. Returns its id. */
async function add(
  database: TestDatabase,
  jobClass: string,
  args: unknown[],
  { executions = 0, ...columns }: Record<string, unknown> = {},
): Promise<string> {
  const id = randomUUID()
  const serialized = {
    job_class: jobClass,
    job_id: id,
    provider_job_id: null,
    queue_name: columns.queue_name ?? "default",
    priority: null,
    arguments: args,
    executions,
    exception_executions: {},
    locale: "en",
    timezone: "UTC",
    enqueued_at: "2026-01-02T03:04:05.000000000Z",
    scheduled_at: null,
  }
  const created = (columns.created_at as string | undefined) ?? "2026-01-02 03:04:05"
  const row = {
    id,
    active_job_id: id,
    job_class: jobClass,
    queue_name: "default",
    priority: 0,
    serialized_params: JSON.stringify(serialized),
    scheduled_at: created,
    created_at: created,
    updated_at: created,
    ...columns,
  }
  const names = Object.keys(row)
  await database.pool.query(
    `insert into good_jobs (${names.join(", ")}) values (${names.map((_, place) => `$${place + 1}`).join(", ")})`,
    Object.values(row),
  )
  return id
}

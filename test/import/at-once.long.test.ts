import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { defineJob } from "@sluice/core"
import { type Runner, run } from "graphile-worker"
import { expect, onTestFinished, test } from "vitest"
import type { TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { createGoodJob, createGraphileWorker, createPgBoss, runImport, silent } from "./sources.ts"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
const JOBS = 3_000

test("while graphile-worker works, each job is performed once, by it or by Sluice", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJobs(
    Array.from({ length: JOBS }, (_, n) => ({
      identifier: "count",
      payload: { n },
      ...(n % 3 === 0 && { queueName: `queue-${n % 7}` }),
    })),
  )
  const performed: number[] = []
  const count = (payload: unknown) => void performed.push((payload as { n: number }).n)
  const runner: Runner = await run({
    preset: { worker: { connectionString: database.url, concurrentJobs: 8, logger: silent } },
    taskList: { count },
    noHandleSignals: true,
  } as never)
  await eventually(() => expect(performed.length).toBeGreaterThan(100))
  const { report } = await runImport(database, "graphile-worker")
  await eventually(async () =>
    expect(await database.rows("select from graphile_worker._private_jobs")).toEqual([]),
  )
  await runner.stop()
  expect(report.jobs).toBeGreaterThan(0)
  await drainRest(database, count)
  expectEachOnce(performed)
})

test("while pg-boss works, each job is performed once, by it or by Sluice", async () => {
  const { database, boss } = await createPgBoss()
  await boss.createQueue("count")
  await boss.insert(
    "count",
    Array.from({ length: JOBS }, (_, n) => ({ data: { n } })),
  )
  const performed: number[] = []
  const count = (payload: unknown) => void performed.push((payload as { n: number }).n)
  // A batch each half second, for the import must find jobs that pg-boss hasn't taken.
  const options = { batchSize: 20, pollingIntervalSeconds: 0.5 }
  await boss.work("count", options, async (jobs) => {
    for (const { data } of jobs) count(data)
  })
  await eventually(() => expect(performed.length).toBeGreaterThan(20))
  const { report } = await runImport(database, "pg-boss")
  await eventually(async () =>
    expect(
      await database.rows("select from pgboss.job where name = 'count' and state < 'completed'"),
    ).toEqual([]),
  )
  expect(report.jobs).toBeGreaterThan(0)
  await drainRest(database, count)
  expectEachOnce(performed)
})

// The statements of GoodJob's claim with its default lock strategy, as in packages/bench/src/systems/good-job.ts.
const GOOD_JOB_LOCK = "('x' || substr(md5('good_jobs-' || rows.id::text), 1, 16))::bit(64)::bigint"
const GOOD_JOB_CLAIM = `
  select good_jobs.* from good_jobs where id in (
    with rows as materialized (
      select id from good_jobs where finished_at is null and scheduled_at <= now() order by priority asc nulls last, created_at asc limit 1000)
    select rows.id from rows where pg_try_advisory_lock(${GOOD_JOB_LOCK}) limit 1)`

test("while GoodJob works, each job is performed once, by it or by Sluice", async () => {
  const database = await createGoodJob()
  await database.pool.query(
    `insert into good_jobs (active_job_id, queue_name, priority, job_class, serialized_params, scheduled_at, created_at, updated_at)
     select gen_random_uuid(), 'default', 0, 'count', jsonb_build_object('arguments', jsonb_build_array(jsonb_build_object('n', n, '_aj_symbol_keys', '[]'::jsonb))),
            now(), now(), now() from generate_series(0, $1::integer - 1) n`,
    [JOBS],
  )
  const performed: number[] = []
  const count = (payload: unknown) => void performed.push((payload as { n: number }).n)
  let isOver = false
  const workers = [0, 1, 2].map(async () => {
    const worker = await database.connect()
    while (!isOver) {
      const [job] = (await worker.query(GOOD_JOB_CLAIM)).rows
      if (!job) continue
      const reloaded = await worker.query("select finished_at from good_jobs where id = $1", [job.id])
      if (reloaded.rows[0]?.finished_at === null) {
        count(job.serialized_params.arguments[0])
        await worker.query("delete from good_jobs where id = $1", [job.id])
      }
      await worker.query(`select pg_advisory_unlock(${GOOD_JOB_LOCK.replace("rows.id", "$1")})`, [job.id])
    }
    await worker.end()
  })
  await eventually(() => expect(performed.length).toBeGreaterThan(50))
  const { report } = await runImport(database, "good_job")
  await eventually(async () => expect(await database.rows("select from good_jobs")).toEqual([]))
  isOver = true
  await Promise.all(workers)
  expect(report.jobs).toBeGreaterThan(0)
  await drainRest(database, count)
  expectEachOnce(performed)
})

test("an import that is killed half way has moved nothing", async () => {
  const { database, utils } = await createGraphileWorker()
  await utils.addJobs(Array.from({ length: JOBS }, (_, n) => ({ identifier: "count", payload: { n } })))
  const args = ["import", "graphile-worker", "--database-url", database.url]
  // stops at one of its last batches
  const blocker = await database.connect()
  await database.pool.query(`
    create function public.wait_at_last() returns trigger language plpgsql as $$
    begin
      if exists (select from inserted where (payload->>'n')::integer >= 2500) then perform pg_advisory_xact_lock(7); end if;
      return null;
    end $$;
    create trigger wait_at_last after insert on sluice.jobs referencing new table as inserted
      for each statement execute function public.wait_at_last()`)
  await blocker.query("select pg_advisory_lock(7)")
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" })
  onTestFinished(() => void child.kill("SIGKILL"))
  await eventually(async () =>
    expect(
      await database.rows("select from pg_locks where locktype = 'advisory' and not granted"),
    ).toHaveLength(1),
  )
  child.kill("SIGKILL")
  await once(child, "exit")
  await blocker.end()
  await eventually(async () =>
    expect(
      await database.rows(
        "select from pg_stat_activity where application_name = 'sluice import' and datname = current_database()",
      ),
    ).toEqual([]),
  )
  expect(await database.rows("select from sluice.jobs")).toEqual([])
  expect(await database.rows("select from graphile_worker._private_jobs where is_available")).toHaveLength(
    JOBS,
  )

  expect((await runImport(database, "graphile-worker")).report.jobs).toBe(JOBS)
})

test("jobs whose payloads are too large together for one statement are moved in several", async () => {
  const { database } = await createGraphileWorker()
  await database.pool.query(
    `select 1 from graphile_worker.add_jobs(array(
       select json_populate_record(null::graphile_worker.job_spec, json_build_object(
         'identifier', 'large', 'payload', json_build_object('n', n, 'text', repeat('x', case n when 7 then 300000 else 200000 end))))
       from generate_series(1, 450) n))`,
  )
  const { code, report } = await runImport(database, "graphile-worker")
  expect(report).toMatchObject({ jobs: 449, refused: [{ name: "large", ids: ["7"] }] })
  expect(code).toBe(1)
  expect(await database.rows("select count(*)::int from sluice.payloads")).toEqual([{ count: 449 }])
})

/** Performs with Sluice what was moved. */
async function drainRest(database: TestDatabase, count: (payload: unknown) => void): Promise<void> {
  const { drainOnce } = drainable(database, [defineJob({ name: "count", perform: count })])
  await drainOnce()
  expect(await database.rows("select from sluice.jobs")).toEqual([])
}

function expectEachOnce(performed: readonly number[]): void {
  expect(performed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: JOBS }, (_, n) => n))
}

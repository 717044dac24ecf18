import { randomUUID } from "node:crypto"
import pg from "pg"
import { type Payload, payloadSql, rowSources, type System } from "../system.ts"

/** GoodJob's default number of threads per process. */
const THREADS = 5

// The statements that GoodJob 4.19 runs for a job with its defaults (advisory locks, records preserved), taken from
// Job.perform_with_advisory_lock, Job#perform and AdvisoryLockable. Without the time of Rails, so Ruby can only be slower.
const LOCK = "('x' || substr(md5('good_jobs' || '-' || rows.id::text), 1, 16))::bit(64)::bigint"
const CLAIM = `
  select good_jobs.* from good_jobs where id in (
    with rows as materialized (
      select id, active_job_id from good_jobs where finished_at is null and scheduled_at <= now()
      order by priority asc nulls last, created_at asc limit 1000)
    select rows.id from rows where pg_try_advisory_lock(${LOCK.replace("rows.id", "rows.active_job_id")}) limit 1)
  order by priority asc nulls last, created_at asc`
const RELOAD = "select * from good_jobs where id = $1"
const EXECUTION = `
  insert into good_job_executions (active_job_id, job_class, queue_name, serialized_params, scheduled_at, created_at, updated_at, process_id)
  values ($1, 'Noop', 'default', $2, now(), now(), now(), $3) returning id`
const PERFORMING = `
  update good_jobs set performed_at = now(), executions_count = 1, locked_by_id = $2, locked_at = now(), lock_type = 0, updated_at = now()
  where id = $1`
const EXECUTED =
  "update good_job_executions set finished_at = now(), duration = interval '1 ms', updated_at = now() where id = $1"
const PERFORMED = `
  update good_jobs set finished_at = now(), locked_by_id = null, locked_at = null, lock_type = null, updated_at = now() where id = $1`
const UNLOCK = `select pg_advisory_unlock(${LOCK.replace("rows.id::text", "$1::text")})`

const TABLES = `
  create table good_jobs (
    id uuid primary key default gen_random_uuid(), active_job_id uuid, queue_name text, priority integer, job_class text,
    serialized_params jsonb, scheduled_at timestamp, performed_at timestamp, finished_at timestamp, error text,
    created_at timestamp not null, updated_at timestamp not null, executions_count integer, concurrency_key text,
    cron_key text, labels text[], locked_by_id uuid, locked_at timestamp, lock_type smallint, error_event smallint);
  create index on good_jobs (active_job_id, created_at);
  create index on good_jobs (concurrency_key, created_at);
  create index on good_jobs (concurrency_key) where finished_at is null;
  create index on good_jobs (created_at);
  create index on good_jobs (finished_at) where finished_at is not null;
  create index on good_jobs (job_class);
  create index on good_jobs (locked_by_id) where locked_by_id is not null;
  create index on good_jobs (priority, created_at) where finished_at is null;
  create index on good_jobs (priority, scheduled_at, id) where finished_at is null and locked_by_id is null;
  create index on good_jobs (priority, scheduled_at, id) where finished_at is null;
  create index on good_jobs (queue_name);
  create index on good_jobs (queue_name, scheduled_at, id) where finished_at is null;
  create index on good_jobs (scheduled_at) where finished_at is null;
  create index on good_jobs (scheduled_at, queue_name);
  create index on good_jobs (id) where finished_at is null or error is not null;
  create table good_job_executions (
    id uuid primary key default gen_random_uuid(), active_job_id uuid not null, job_class text, queue_name text,
    serialized_params jsonb, scheduled_at timestamp, finished_at timestamp, error text, error_event smallint,
    process_id uuid, duration interval, created_at timestamp not null, updated_at timestamp not null);
  create index on good_job_executions (active_job_id, created_at);
  create index on good_job_executions (process_id, created_at);`

/**
 * GoodJob's statements, tables and default threads, without Ruby and Rails. GoodJob isn't among Debian's packages, and
 * two of its dependencies there are too old for it: see docs/decisions/0054-peers-of-the-benchmark.md.
 */
export const goodJob: System = {
  name: "GoodJob's claim, as SQL",
  module: import.meta.url,
  settings: `${THREADS} threads a process, records preserved; statements of 4.19 without Rails`,
  note: "not GoodJob itself, whose gem isn't among Debian's packages, but its SQL statements sent from Node, without the time that Ruby and Rails take. Enqueueing, latency and recovery from a crash are done in Ruby and can't be shown like this.",
  keepsHistory: true,
  share: 0.005,
  knows: ["scheduled", "queues"],

  async prepare(url) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(TABLES)
    await client.end()
  },

  async fill(database, backlog) {
    const scheduledAt = backlog.obstacle === "scheduled" ? "now() + interval '1 day'" : "now()"
    const queue = backlog.queues ? `'queue-' || i % ${backlog.queues}` : "'default'"
    for (const numbers of rowSources(backlog)) {
      await database.query(
        `insert into good_jobs (active_job_id, queue_name, priority, job_class, serialized_params, scheduled_at, created_at, updated_at)
         select gen_random_uuid(), ${queue}, 0, 'Noop', ${payloadSql(backlog)}, ${scheduledAt}, clock_timestamp(), now() from ${numbers}`,
      )
    }
  },

  async openEnqueuer() {
    throw new Error("GoodJob enqueues in Rails, which is not measured here")
  },

  async openWorker({ url, perform }) {
    const clients = await Promise.all(Array.from({ length: THREADS }, () => connect(url)))
    const processId = randomUUID()
    let isStopped = false
    let ended: Promise<unknown> = Promise.resolve()
    return {
      start() {
        ended = Promise.all(clients.map(work))
      },
      async stop() {
        isStopped = true
        await ended
        await Promise.all(clients.map((client) => client.end()))
      },
    }

    async function work(client: pg.Client) {
      while (!isStopped) {
        const [job] = (await client.query({ name: "claim", text: CLAIM })).rows
        if (!job) return
        const [current] = (await client.query({ name: "reload", text: RELOAD, values: [job.id] })).rows
        if (!current.finished_at) await performJob(client, current)
        await client.query({ name: "unlock", text: UNLOCK, values: [job.active_job_id] })
      }
    }

    async function performJob(
      client: pg.Client,
      job: { id: string; active_job_id: string; serialized_params: Payload },
    ) {
      await client.query("begin")
      const values = [job.active_job_id, job.serialized_params, processId]
      const [execution] = (await client.query({ name: "execution", text: EXECUTION, values })).rows
      await client.query({ name: "performing", text: PERFORMING, values: [job.id, processId] })
      await client.query("commit")
      await perform(job.serialized_params)
      await client.query("begin")
      await client.query({ name: "executed", text: EXECUTED, values: [execution.id] })
      await client.query({ name: "performed", text: PERFORMED, values: [job.id] })
      await client.query("commit")
    }
  },

  async isDone(database) {
    const { rows } = await database.query(
      "select from good_jobs where finished_at is null and scheduled_at <= now() limit 1",
    )
    return rows.length === 0
  },
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

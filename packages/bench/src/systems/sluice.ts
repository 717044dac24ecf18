import { createSluice, type DrainOptions, defineJob, drain, type Queryable } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { createPool } from "@sluice/core/pg"
import pg from "pg"
import {
  type Backlog,
  openPool,
  type Payload,
  payloadSql,
  rowSources,
  type System,
  type WorkerOrders,
} from "../system.ts"

/** As if two jobs with these keys were running. */
const OCCUPY_KEYS =
  "insert into sluice.permits (job_id, concurrency_key, drainer_id) values (-1, 'key-0', 0), (-2, 'key-1', 0)"

/** As if a thousand jobs of each rate had just started. */
const USE_UP_RATES = `
  insert into sluice.rates (rate_key, rate, job_id, started_at, starts, next_at, until_at)
  select 'key-' || i, (1000, 86400000, 1000)::sluice.rate_limit, 0, array[now()], array[1000], now() + interval '1 day', now() + interval '1 day'
  from generate_series(0, 1) i`

/** Used through its public API with its defaults, except for the concurrency, which is the same for all systems. */
export const sluice: System = {
  name: "sluice",
  module: import.meta.url,
  settings: "drain() with its defaults",
  keepsHistory: true,
  share: 1,
  knows: ["blocked", "rate", "scheduled", "expired", "queues", "paused", "fair", "batch", "workflow"],

  async prepare(url) {
    await migrate(url, { log: () => {} })
  },

  async fill(database, backlog) {
    if (backlog.obstacle === "paused") await database.query("select sluice.pause_queue('paused')")
    if (backlog.obstacle === "blocked") await database.query(OCCUPY_KEYS)
    if (backlog.obstacle === "rate") await database.query(USE_UP_RATES)
    if (backlog.isBatch)
      await database.query("insert into sluice.batches (total) values ($1)", [backlog.count])
    for (const numbers of rowSources(backlog)) {
      if (backlog.isWorkflow) await database.query(workflowsSql(backlog, numbers))
      else await database.query((backlog.due === "schedules" ? schedulesSql : fillSql)(backlog, numbers))
    }
  },

  async openEnqueuer(url) {
    const database = createPool(url, { max: 8 }) // as in the README
    const { enqueue, enqueueMany } = createSluice({ database })
    await database.query("select")
    return {
      one: (payload) => enqueue("noop", payload),
      many: (payloads) => enqueueMany(payloads.map((payload) => ({ name: "noop", payload }))),
      inSql:
        "select sluice.enqueue('noop', jsonb_build_object('n', i)) from generate_series($1::int, $2::int) i",
      end: () => database.end(),
    }
  },

  async openWorker({ url, concurrency, lingers, perform }: WorkerOrders) {
    const noop = defineJob({ name: "noop", perform: (payload: Payload) => perform(payload) })
    const database = openPool(url, 1)
    const stopped = new AbortController()
    let opened: pg.Client | undefined = await connect()
    const options: DrainOptions = {
      async connect() {
        const client = opened ?? (await connect())
        opened = undefined
        return client
      },
      concurrency,
      maxDrainers: 1_000,
      signal: stopped.signal,
      grace: "10s", // the stop isn't measured, and 64 workers that end at once keep the machine busy
      ...(lingers && { linger: "1h" }),
    }
    let ended: Promise<unknown> = Promise.resolve()
    return {
      start() {
        ended = drain(createSluice({ database, jobs: [noop] }), options)
      },
      async stop() {
        stopped.abort()
        await ended
        await opened?.end()
        await database.end()
      },
    }

    async function connect() {
      const client = new pg.Client({ connectionString: url, pipeline: true }) // as createConnect of @sluice/core/pg
      await client.connect()
      return client
    }
  },

  async isDone(database: Queryable) {
    const { rows } = await database.query(
      // what is in the way was stored before, so the newest job tells; expired ones stay ready for a while
      `select from (select state, expires_at from sluice.jobs where name = 'noop' order by id desc limit 1) newest
       where state in ('ready', 'waiting') and expires_at is null`,
    )
    return rows.length === 0
  },
}

/** As store_jobs would: a large payload is in a table of its own. */
function fillSql(backlog: Backlog, numbers: string): string {
  return `
    with new as materialized (
      select nextval('sluice.job_ids') as id, payload, ${queueSql(backlog)} as queue, ${obstacleSql(backlog)},
             case when pg_column_size(payload) > sluice.max_row_bytes() then (now() at time zone 'UTC')::date end as day,
             case when pg_column_size(payload) > 4000 then octet_length(payload::text) end as large_bytes
      from ${numbers}, lateral (select ${payloadSql(backlog)} as payload) p
    ), aside as (
      insert into sluice.payloads (day, job_id, payload) select day, id, payload from new where day is not null
    )
    insert into sluice.jobs (id, name, payload, payload_day, queue, run_at, state, concurrency_key, concurrency_limit, rate_key, rate, expires_at, fair_key, batch_id, large_bytes, features)
    select id, 'noop', case when day is null then payload end, day, queue, run_at, state, concurrency_key, concurrency_limit, rate_key, rate, expires_at, ${fairKeySql(backlog)}, ${batchSql(backlog)}, large_bytes,
           case when num_nonnulls(concurrency_key, day, rate_key) > 0 then sluice.features_of(concurrency_key, false, day, rate_key, null, null, null, null, null) end
    from new`
}

/** As enqueue_workflow would store them: each ten jobs are one, of which the first is ready. */
function workflowsSql(backlog: Backlog, numbers: string): string {
  return `
    with new as materialized (
      select nextval('sluice.job_ids') as id, i, i % 10 as place, i / 10 as flow, payload
      from ${numbers}, lateral (select ${payloadSql(backlog)} as payload) p
    ), stored_batches as materialized (
      insert into sluice.batches (id, total) select flow + 1, count(*) from new group by flow
    ), stored_workflows as materialized (
      insert into sluice.workflows (batch_id, name, steps, job_ids)
      select flow + 1, 'noop', array_agg('step ' || place order by i), array_agg(id order by i) from new group by flow
    ), stored_edges as materialized (
      insert into sluice.dependencies (child_id, parent_id, on_failure)
      select child.id, parent.id, 'fail' from new child join new parent on parent.flow = child.flow
      where child.place between 1 and 4 and parent.place = 0 or child.place between 5 and 8 and parent.place = child.place - 4
         or child.place = 9 and parent.place between 5 and 8
    )
    insert into sluice.jobs (id, name, payload, state, has_dependents, features, batch_id)
    select id, 'noop', payload, case when place = 0 then 'ready' else 'waiting' end, case when place < 9 then true end, case when place < 9 then 64 end, flow + 1
    from new order by i`
}

/** As set_schedule would store them: each has a tick now. */
function schedulesSql(backlog: Backlog, numbers: string): string {
  return `
    insert into sluice.schedules (key, name, settings, job, every_ms, time_zone, jitter_ms, catch_up, overlap, is_enabled, is_dynamic,
                                  upcoming, has_all, next_at)
    select 'schedule-' || i, 'noop', '{}', jsonb_build_object('name', 'noop', 'by_name', true, 'payloads', jsonb_build_array(payload)),
           86400000, 'UTC', 0, 'once', 'allow', true, true,
           array(select now() + day * interval '1 day' from generate_series(0, 15) day), false, now()
    from ${numbers}, lateral (select ${payloadSql(backlog)} as payload) p`
}

function queueSql({ obstacle, queues }: Backlog): string {
  if (obstacle === "paused") return "'paused'"
  return queues ? `'queue-' || i % ${queues}` : "'default'"
}

function fairKeySql({ count, smallTenants }: Backlog): string {
  if (!smallTenants) return "null"
  return `case when (payload->>'n')::integer < ${count - 10 * smallTenants} then 'large' else 'small-' || id % ${smallTenants} end`
}

function batchSql({ isBatch }: Backlog): string {
  return isBatch ? "(select max(id) from sluice.batches)" : "null"
}

/** The columns run_at, state, and those of concurrency keys and rates. */
function obstacleSql({ obstacle, due }: Backlog): string {
  const free = "null as concurrency_key, null::integer as concurrency_limit"
  const unrated = "null as rate_key, null::sluice.rate_limit as rate, null::timestamptz as expires_at"
  switch (obstacle) {
    case "scheduled":
      return `now() + interval '1 day' as run_at, 'scheduled' as state, ${free}, ${unrated}`
    case "blocked":
      return `now() as run_at, 'blocked' as state, 'key-' || i % 2 as concurrency_key, 1 as concurrency_limit, ${unrated}`
    case "rate":
      return `now() as run_at, 'throttled' as state, ${free}, 'key-' || i % 2 as rate_key, (1000, 86400000, 1000)::sluice.rate_limit as rate, null::timestamptz as expires_at`
    case "expired":
      return `now() as run_at, 'ready' as state, ${free}, null as rate_key, null::sluice.rate_limit as rate, now() as expires_at`
    case "paused":
      return `now() as run_at, 'paused' as state, ${free}, ${unrated}`
    default:
      return `now() as run_at, '${due === "jobs" ? "scheduled" : "ready"}' as state, ${free}, ${unrated}`
  }
}

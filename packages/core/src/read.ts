import type { Queryable } from "./database.ts"
import type { JobState } from "./definition.ts"
import { refuse } from "./validate.ts"

/** All that is known of one job. */
export interface JobSnapshot {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly priority: number
  readonly state: JobState
  readonly payload: unknown
  /** Executions that counted. */
  readonly attempts: number
  /** Null: as the definition says. */
  readonly maxAttempts: number | null
  readonly runAt: Date
  readonly enqueuedAt: Date
  /** Of the last execution, once the job has finished. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly durationMs: number | null
  readonly result: unknown
  /** Every execution that did not succeed, oldest first. */
  readonly errors: readonly ExecutionError[]
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly uniqueKey: string | null
  readonly concurrencyKey: string | null
}

export interface ExecutionError {
  readonly attempt: number
  readonly outcome: "retried" | "discarded" | "interrupted"
  readonly class: string
  readonly message: string
  readonly stack: string | null
  readonly durationMs: number | null
  readonly at: Date
  readonly drainerId: number | null
}

export interface QueueSnapshot {
  readonly name: string
  readonly paused: boolean
  readonly ready: number
  readonly scheduled: number
  readonly blocked: number
  readonly running: number
  /** Since when the longest-waiting ready job has been due. */
  readonly oldestReadyAt: Date | null
}

export interface Backlog {
  /** Jobs that are due and not running; the count stops at 10,000 jobs, running ones included. */
  readonly ready: number
  /** How long the one that waits longest has been due. 0 when there is none. */
  readonly oldestReadyAgeMs: number
}

const MAX_JOB_ID = 281_474_976_710_655n // 48 bits, as the sequence

export async function readJob(
  database: Queryable,
  schema: string,
  id: string,
): Promise<JobSnapshot | undefined> {
  if (!/^\d{1,15}$/.test(id) || BigInt(id) > MAX_JOB_ID)
    refuse("invalid_id", id, ["id"], "a job's id, a decimal number")
  const { rows } = await database.query(
    `select id::text, name, queue, priority, ${schema}.current_state(id) as state, payload, attempts,
            max_attempts as "maxAttempts", run_at as "runAt", enqueued_at as "enqueuedAt", started_at as "startedAt",
            finished_at as "finishedAt", duration_ms as "durationMs", result, coalesce(tags, '{}') as tags,
            coalesce(metadata, '{}') as metadata, unique_key as "uniqueKey", concurrency_key as "concurrencyKey",
            (select coalesce(json_agg(json_build_object(
               'attempt', e.attempt, 'outcome', e.outcome, 'class', e.error_class, 'message', e.error_message,
               'stack', e.error_stack, 'durationMs', e.duration_ms, 'at', e.ended_at, 'drainerId', e.drainer_id)
               order by e.ended_at), '[]')
             from ${schema}.executions e where e.job_id = $1) as errors
     from (select id, name, queue, priority, payload, attempts, max_attempts, run_at, enqueued_at, null::timestamptz as started_at,
                  null::timestamptz as finished_at, null::integer as duration_ms, null::jsonb as result, tags, metadata,
                  unique_key, concurrency_key
           from ${schema}.jobs where id = $1
           union all
           select id, name, queue, priority, payload, attempts, max_attempts, run_at, enqueued_at, started_at,
                  finished_at, duration_ms, result, tags, metadata, unique_key, concurrency_key
           from ${schema}.finished where id = $1) job
     limit 1`,
    [id],
  )
  const job = rows[0]
  if (!job) return undefined
  return { ...job, errors: job.errors.map((error: { at: string }) => ({ ...error, at: new Date(error.at) })) }
}

export async function readQueues(database: Queryable, schema: string): Promise<QueueSnapshot[]> {
  const { rows } = await database.query(
    `with running as materialized (
       select (l.classid::bigint << 32 | l.objid::bigint) & 281474976710655 as id
       from pg_locks l
       where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
         and l.database = (select oid from pg_database where datname = current_database())
         and (l.classid::bigint << 32 | l.objid::bigint | 281474976710655) = (${schema}.job_lock(281474976710655))
     )
     select coalesce(j.queue, q.name) as name, coalesce(bool_or(q.paused_at is not null), false) as paused,
            count(*) filter (where s.state = 'ready' and r.id is null)::integer as ready,
            count(*) filter (where s.state = 'scheduled')::integer as scheduled,
            count(*) filter (where s.state = 'blocked' and r.id is null)::integer as blocked,
            count(r.id)::integer as running,
            min(j.run_at) filter (where s.state = 'ready' and r.id is null) as "oldestReadyAt"
     from ${schema}.jobs j
     full join ${schema}.queues q on q.name = j.queue
     left join running r on r.id = j.id
     cross join lateral (select case when j.state in ('blocked', 'paused') then 'blocked'
                                     when j.state in ('ready', 'suspect', 'unknown')
                                       then case when q.paused_at is null then 'ready' else 'blocked' end
                                     else j.state end as state) s
     group by 1 order by 1`,
  )
  return rows
}

export async function readBacklog(database: Queryable, schema: string): Promise<Backlog> {
  const { rows } = await database.query(`select * from ${schema}.backlog()`)
  return backlogOf(rows[0])
}

/** From a row of the SQL function `backlog`. */
export function backlogOf(row: { ready: number; oldest_ready_age_ms: number }): Backlog {
  return { ready: row.ready, oldestReadyAgeMs: row.oldest_ready_age_ms }
}

-- The tables of Sluice, and the names of its locks. Every file here runs with `search_path` set to Sluice's own schema
-- (`sluice` unless configured), so names need no prefix. Functions are in functions/, one per file, and every migrate replaces
-- them when their text has changed. They keep the search_path they are created under, which ends with `pg_temp`, through
-- `set search_path from current`; functions that Postgres inlines have a body that is resolved when it is created.

-- The lock of a job is a 64-bit key: 16 bits for the schema, 48 for the job, so pg_locks shows which jobs are running.
-- The locks of drainers, slots and concurrency keys use the separate space of two 32-bit keys.
-- The hash is computed once, here, so that a server upgrade can't change it in a running system.
do $$
begin
  execute format('create function job_lock(job_id bigint) returns bigint language sql immutable parallel safe return %s::bigint | job_id',
    (hashtext('sluice:' || current_schema())::bigint & 65535) << 48);
  execute format('create function lock_space(kind text) returns integer language sql immutable parallel safe return hashtext(%L || kind)',
    'sluice:' || current_schema() || ':');
end
$$;

-- A rate: at most so many jobs of a key start in any `per_ms` milliseconds, and at most `burst` of them at once.
create type rate_limit as (starts integer, per_ms bigint, burst integer);

create sequence job_ids maxvalue 281474976710655; -- 48 bits: the id is the low part of a 64-bit advisory lock

-- The features of a job: 1 concurrency limits, 2 progress, 4 a payload in `payloads`, 8 a rate, 16 what ends when it begins, 32 somebody
-- waits for its end, 64 jobs wait for its end, 128 several limits, 256 jobs in the order of their enqueue. This and assert_whole are part
-- of the table, so they are here: what is stored depends on them. A generated column would have its text read anew in every statement that
-- writes rows, which took longer than all else in the insert of one job; Postgres keeps functions of plpgsql ready.
create function features_of(p_concurrency_key text, p_has_progress boolean, p_payload_day date, p_rate_key text, p_waiting_key text, p_is_awaited boolean,
                            p_has_dependents boolean, p_further_keys text[], p_holds_key boolean) returns smallint
language plpgsql immutable set search_path from current
as $$
begin
  return nullif((p_concurrency_key is not null)::integer + p_has_progress::integer * 2 + (p_payload_day is not null)::integer * 4
    + (p_rate_key is not null)::integer * 8 + (p_waiting_key is not null)::integer * 16 + (p_is_awaited is not null)::integer * 32
    + (p_has_dependents is not null)::integer * 64
    + (p_further_keys is not null)::integer * 128 + (p_holds_key is not null)::integer * 256, 0);
end
$$;

-- Jobs that are not finished. The table stays as small as the backlog: settling moves a row to `finished`.
-- A claim writes nothing here; a job's advisory lock in pg_locks shows that it is running.
create table jobs (
  id                bigint      primary key default nextval('job_ids'),
  run_at            timestamptz not null default now(),
  enqueued_at       timestamptz not null default now(),
  expires_at        timestamptz,                         -- if no execution has begun by then, it is canceled; null: never
  priority          integer     not null default 0,      -- smaller runs first
  fence             integer     not null default 0,      -- increases whenever an execution is settled or interrupted; a settle names it
  attempts          smallint    not null default 0,      -- executions that counted
  interruptions     smallint    not null default 0,      -- times its drainer died while it ran there alone
  cuts              smallint    not null default 0,      -- ends of drains in a row that cut it off without a checkpoint
  max_attempts      smallint,                            -- null: as the definition says
  rule_failures     jsonb,                               -- how often it failed by each of its definition's rules; null: by none
  timeout_ms        integer,                             -- null: as the definition says
  died_with         integer,                             -- how many jobs were in flight when its drainer died; null once it is settled
  suspect_group     integer,                             -- set after several deaths in a row: how many suspects may share a drainer
  concurrency_limit integer,                             -- as its enqueue asked; the newest applies to the whole key (see limits_in_force)
  holds_key         boolean,                             -- its key's jobs run in the order of their ids (see keep_order): whether it holds the key while it waits to run again; null: they run in the usual order
  has_progress      boolean     not null default false,  -- whether `progress` has rows of this job
  is_awaited        boolean,                             -- somebody wants to be notified of its end; null: nobody does
  has_dependents    boolean,                             -- jobs wait for its end; null: none does, or none that a drainer has seen (see mark_parents)
  state             text        not null,
  name              text        not null,
  queue             text        not null default 'default',
  payload           jsonb                default '{}',   -- null: it is in `payloads`
  payload_day       date,                                -- the day under which it is there
  payload_forgotten boolean,                             -- it is in neither place, because the job is about to finish; see forget_for_good
  unique_key        text,                                -- of this name no other unfinished job has it
  waiting_key       text,                                -- a unique key that is free again once a drainer takes the job; see begin_jobs
  concurrency_key   text,
  further_keys      text[],                              -- of a job with several limits: the keys of the others, null where one is to be computed
  further_limits    integer[],                           -- their limits
  waits_for         text,                                -- which of its keys has blocked it; null: the first, as for most
  is_counted        boolean,                             -- its queue has a waiting limit; null: it had none when the job was stored
  rate_key          text,
  rate              rate_limit,                          -- as its enqueue asked; the newest applies to the whole key (see rates_in_force)
  fair_key          text,                                -- jobs with different ones take turns; null: it takes no turns
  fair_weight       smallint,                            -- how many jobs of its key make up a turn; null: one
  batch_id          bigint,                              -- the batch that it is one of; null: none
  callback_of       bigint,                              -- the batch that it is a callback of; it isn't one of its jobs
  tags              text[],
  metadata          jsonb,
  carrier           jsonb,                               -- correlation id and trace context of the enqueue; not kept in history
  large_bytes       integer,                             -- bytes that a claim sends, if more than 4096; see new_jobs
  -- Which features concern the job, a bit each (see features_of). Null, which takes no space, for most jobs: claim and settle pay one
  -- comparison for all features together (see admit and after_settle). Whatever changes one of those columns sets it, too.
  features          smallint
) with (
  -- a queue lives on dead rows being cleared early, at whatever size it has
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0
);

-- What holds for each job. Refuses a row that breaks a rule as a CHECK of that name would, and else returns true.
create function assert_whole(j jobs) returns boolean
language plpgsql immutable set search_path from current
as $$
declare
  v_broken text := case
    when not (j.state in (
      'ready',      -- due, and free to be claimed
      'scheduled',  -- due at run_at: a first run that is delayed, or a retry
      'waiting',    -- jobs have to end before it runs; the end of the last makes it ready (see dependencies)
      'blocked',    -- its concurrency key is full; the settle that frees the key makes it ready
      'behind',     -- an earlier job of its key has to run first; the end of that makes it ready
      'throttled',  -- the rate of its key is used up; a tick makes it ready when it may start
      'suspect',    -- was in flight when its drainer died, twice in a row; runs again in a small group (see reap)
      'paused',     -- its queue is paused
      'unkeyed',    -- due, but a drainer that knows its definition has to compute its keys first (see set_keys)
      'unknown'))   -- no recent drainer knows its name; one that does makes it ready again (see tick)
      then 'known_state'
    when not (j.state <> 'blocked' or coalesce(j.waits_for, j.concurrency_key) is not null) then 'blocked_by_key'
    when not (j.state <> 'behind' or (j.holds_key is not null and j.concurrency_key is not null)) then 'behind_in_order'
    when not (j.holds_key is null or j.concurrency_limit = 1) then 'in_order_one_by_one'
    when not (j.state <> 'suspect' or coalesce(j.suspect_group, 0) > 0) then 'suspect_has_group'
    -- A limit without a key belongs to a job whose key is to be computed, or could not be: then it fails when it is performed.
    when not (j.concurrency_key is null or j.concurrency_limit is not null) then 'key_comes_with_limit'
    when not (j.state <> 'unkeyed' or (j.concurrency_key is null and j.concurrency_limit is not null)
      or (j.rate_key is null and (j.rate).starts is not null) or array_position(j.further_keys, null) is not null) then 'unkeyed_lacks_key'
    when not (cardinality(j.further_keys) is not distinct from cardinality(j.further_limits)
      and (j.further_keys is null or array_ndims(j.further_keys) = 1 and cardinality(j.further_keys) between 1 and 7
           and coalesce(0 < all (j.further_limits), false))) then 'limit_of_each_key'
    when not (j.state <> 'throttled' or j.rate_key is not null) then 'throttled_by_key'
    when not (j.rate_key is null or (j.rate).starts is not null) then 'key_comes_with_rate'
    when not (num_nulls((j.rate).starts, (j.rate).per_ms, (j.rate).burst) in (0, 3)) then 'whole_rate'
    when not ((j.rate).per_ms between 1000 and 2678400000 and (j.rate).burst between 1 and (j.rate).starts) then 'possible_rate'
    when not (j.concurrency_limit > 0 and j.max_attempts > 0 and j.timeout_ms > 0) then 'positive_limits'
    -- A role that may call store_jobs can pass anything. A longer text would not fit into an index that the job enters later,
    -- and the claim that moves it there would fail. Claims don't count the bytes of carriers.
    -- Without one it would be taken for the sums of all names or queues: see measures and pooled_queues.
    when not (octet_length(j.name) between 1 and 128 and octet_length(j.queue) between 1 and 128) then 'short_names'
    when not (octet_length(j.unique_key) <= 2048 and octet_length(j.waiting_key) <= 2048 and octet_length(j.concurrency_key) <= 2048
      and octet_length(j.rate_key) <= 2048 and octet_length(j.fair_key) <= 2048) then 'short_keys'
    when not (j.fair_weight between 1 and 1000) then 'possible_weight'
    when not (pg_column_size(j.carrier) <= 65536) then 'small_carrier'
    when not (isfinite(j.run_at)) then 'due_some_time'
    when not ((j.payload is null) = (j.payload_day is not null) or j.payload_forgotten is true) then 'payload_in_one_place'
    when j.features is distinct from case
      when j.has_progress or num_nonnulls(j.concurrency_key, j.payload_day, j.rate_key, j.waiting_key, j.is_awaited, j.has_dependents, j.further_keys, j.holds_key) > 0 then
        features_of(j.concurrency_key, j.has_progress, j.payload_day, j.rate_key, j.waiting_key, j.is_awaited, j.has_dependents, j.further_keys, j.holds_key)
      end then 'true_features'
  end;
begin
  if v_broken is not null then
    raise check_violation using table = 'jobs', constraint = v_broken,
      message = format('new row for relation "jobs" violates check constraint "%s"', v_broken);
  end if;
  return true;
end
$$;

-- Holds each row to these rules: it is always empty, because assert_whole returns true or raises. The case tells the usual job, without a
-- call. Were this a CHECK, Postgres would read its text anew in every statement that writes rows; the predicate of an index is kept as a tree.
create index jobs_whole on jobs (id) where case
  when state <> 'ready' or has_progress or payload is null or num_nonnulls(features, concurrency_key, payload_day, rate_key, waiting_key, is_awaited,
      has_dependents, further_keys, holds_key, concurrency_limit, rate, max_attempts, timeout_ms, fair_key, fair_weight, further_limits) > 0
    or not isfinite(run_at) or octet_length(name) not between 1 and 128 or octet_length(queue) not between 1 and 128
    or octet_length(unique_key) > 2048 or octet_length(carrier::text) > 4096
  then not assert_whole(jobs) end;
comment on index jobs_whole is 'Holds the rules of a job. It is always empty and never read: who drops it drops the rules.';

-- Claims read only this index, or for jobs that take turns the next. Jobs that can't be claimed are in neither.
create index jobs_ready     on jobs (priority, run_at, id)                  where state = 'ready' and fair_key is null;
create index jobs_fair      on jobs (priority, fair_key, run_at, id)        where state = 'ready' and fair_key is not null;
create index jobs_scheduled on jobs (run_at, id)                            where state = 'scheduled';
create index jobs_urgent    on jobs (priority, run_at, id)                  where state = 'scheduled'; -- for when more jobs are due than one promotion takes
create index jobs_blocked   on jobs ((coalesce(waits_for, concurrency_key)), name, priority, run_at, id) where state = 'blocked';
create index jobs_behind    on jobs (concurrency_key, id)                   where state = 'behind';
create index jobs_waiting   on jobs (id)                                    where state = 'waiting';
create index jobs_suspect   on jobs (suspect_group desc, id)                where state = 'suspect';
create index jobs_paused    on jobs (queue)                                 where state = 'paused';
create index jobs_aside     on jobs (state, name, priority, run_at, id)     where state in ('unknown', 'unkeyed');
create unique index jobs_unique_key on jobs (name, unique_key)              where unique_key is not null;
create unique index jobs_waiting_key on jobs (name, waiting_key)            where waiting_key is not null;

create index jobs_expiring  on jobs (expires_at)                            where expires_at is not null and fence = 0;

create index jobs_counted   on jobs (queue)                                 where is_counted;

create index jobs_batch     on jobs (batch_id, id)                          where batch_id is not null;

-- Only jobs with a concurrency key or a rate: those to block once the key is full, the limits that they ask for, and the newest rate.
create index jobs_ready_of_key on jobs (concurrency_key, name)                  where state = 'ready' and concurrency_key is not null;
create index jobs_rate_of_key  on jobs (rate_key, (-id))                        where rate_key is not null; -- an order that only this index has
create index jobs_of_rate      on jobs (rate_key, state, name, priority, run_at, id) where rate_key is not null;
create index jobs_limit_of_key on jobs (concurrency_key, concurrency_limit, id) where concurrency_key is not null;

-- Jobs that run in order, by key: the first has its turn (see first_in_line). One that lets others pass is left out while it waits to run again.
create index jobs_in_line      on jobs (concurrency_key, id)
  where holds_key is not null and (holds_key or state <> 'scheduled' or fence = 0);

-- The further keys of jobs with several limits, by key: what `jobs` has of them, once more (see note_further_keys).
create table further_keys (
  job_id            bigint  not null,
  concurrency_key   text    not null,
  concurrency_limit integer not null,

  primary key (job_id, concurrency_key),
  constraint positive_limit check (concurrency_limit > 0),
  constraint short_key      check (octet_length(concurrency_key) <= 2048)
);

create index further_keys_limit on further_keys (concurrency_key, concurrency_limit, job_id);

-- History, one partition per UTC day (see run_maintenance). Lookups by id use a BRIN index of Bloom filters, one per 32
-- pages: it costs a few bytes of WAL per row in whatever order jobs finish, where a b-tree would cost 80.
create table finished (
  id              bigint      not null,
  enqueued_at     timestamptz not null,
  run_at          timestamptz not null,
  started_at      timestamptz,                           -- of the last execution
  finished_at     timestamptz not null default now(),
  priority        integer     not null,
  duration_ms     integer,                               -- of the last execution
  drainer_id      integer,
  attempts        smallint    not null,
  max_attempts    smallint,
  state           text        not null,
  reason          text,                                  -- why it was canceled: expired, or parent_failed; null: somebody asked for it
  name            text        not null,
  queue           text        not null,
  payload         jsonb,                                 -- null: it is in `payloads`, or isn't kept
  payload_day     date,                                  -- the day under which it is there; null with a payload that isn't kept
  result          jsonb,
  unique_key      text,
  concurrency_key text,
  further_keys    text[],
  fair_key        text,
  batch_id        bigint,
  callback_of     bigint,
  tags            text[],
  metadata        jsonb,

  constraint known_state check (state in ('succeeded', 'discarded', 'canceled')),
  constraint canceled_has_reason check (reason is null or state = 'canceled'),
  constraint failure_has_no_result check (result is null or state <> 'discarded'), -- a canceled job may have ended with one
  constraint payload_in_one_place check (num_nonnulls(payload, payload_day) <= 1)
) partition by range (finished_at);

create index finished_id on finished using brin (id int8_bloom_ops (n_distinct_per_range = 2100, false_positive_rate = 0.001))
  with (pages_per_range = 32, autosummarize = on);
create table finished_default partition of finished default; -- catches a day that maintenance has not prepared
create index finished_default_age on finished_default using brin (finished_at);
select brin_desummarize_range('finished_default_id_idx', 0); -- see leave_unsummarised
alter table finished_default replica identity full;          -- otherwise a publication of all tables would refuse every delete

-- Rows that need the payloads of an earlier day than their own: these keep that day (see expire_payloads). Usual rows aren't in it.
create index finished_payload_day on finished (payload_day) where payload_day < (finished_at at time zone 'UTC')::date;

-- The jobs of batches that may be retried. Those that have succeeded aren't in it: they would cost as much as the rest of their settle.
create index finished_batch on finished (batch_id) where batch_id is not null and state <> 'succeeded';

-- The jobs that have not succeeded, by when they finished: what people look for among all others.
create index finished_unsuccessful on finished (state, finished_at, id) where state <> 'succeeded';

-- Payloads that are too large to be copied with their job into the history (see max_row_bytes), by the UTC day of the enqueue. The
-- job and its history point here. Not compressed: that costs more than a large payload's way through the queue otherwise does.
create table payloads (
  day       date   not null,
  job_id    bigint not null,
  payload   jsonb,                                       -- null: it is in the app's store of objects
  store_key text,                                        -- the key under which it is there

  primary key (day, job_id),
  constraint payload_in_one_place check ((payload is null) <> (store_key is null)),
  -- A role that may call store_jobs can pass anything, and drainers read and later delete what is there: so it is one of our own keys.
  constraint known_store_key      check (store_key ~ '^payloads/[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{36}$')
) partition by range (day);

alter table payloads alter payload set storage external;
create index payloads_stored on payloads (store_key) where store_key is not null; -- what becomes superfluous with a day
create table payloads_default partition of payloads default;
alter table payloads_default alter payload set storage external;

-- Results that are in the app's store of objects, until the history of their jobs is dropped.
create table stored_results (
  job_id      bigint      primary key,
  store_key   text        not null check (octet_length(store_key) <= 1024),
  finished_at timestamptz not null default now()
);

create index stored_results_age on stored_results (finished_at);

-- Keys of objects that no job or history needs any more. A drainer whose store can delete does so.
create table superfluous_objects (
  store_key text        primary key,
  since     timestamptz not null default now()
);

create index superfluous_objects_age on superfluous_objects (since);

-- Every execution that did not succeed.
create table failures (
  job_id        bigint      not null,
  started_at    timestamptz,
  ended_at      timestamptz not null default now(),
  duration_ms   integer,
  waited_ms     bigint,                                  -- from when it was due to its start; null: its drainer died
  drainer_id    integer,
  attempt       smallint    not null,
  outcome       text        not null,
  rule          text,                                    -- the definition's rule that decided; null: its policies did
  error_class   text        not null,
  error_code    text,
  error_message text        not null,
  error_stack   text,
  name          text,                                    -- of the job, for reading the failures of a group
  fingerprint   text,                                    -- failures with the same one are a group: see error-fingerprint.ts. Null: canceled, which is no failure

  constraint known_outcome     check (outcome in ('retried', 'discarded', 'canceled', 'snoozed', 'interrupted')),
  constraint group_has_name    check (fingerprint is null or name is not null),
  constraint short_fingerprint check (octet_length(fingerprint) <= 32)
) partition by range (ended_at);

create index failures_job_id on failures (job_id);
-- By its distinct beginnings list_errors finds the groups; their counts are ranges of it.
create index failures_groups on failures (fingerprint, name, outcome, ended_at) where fingerprint is not null;
create table failures_default partition of failures default;
create index failures_default_age on failures_default using brin (ended_at);
alter table failures_default replica identity full;

-- The last lines that executions of jobs have logged, if their definitions keep them. Of the failure or the row in `finished` that ended
-- at the same time; that of an execution that was put back stands for itself.
create table execution_logs (
  job_id      bigint      not null,
  ended_at    timestamptz not null default now(),
  started_at  timestamptz not null,
  duration_ms integer     not null,
  drainer_id  integer     not null,
  attempt     smallint    not null,
  outcome     text        not null,
  lines       text        not null                       -- each of them JSON
);

alter table execution_logs replica identity full;              -- otherwise a publication of all tables would refuse every delete
create index execution_logs_job on execution_logs (job_id);
create index execution_logs_age on execution_logs (ended_at);

-- Jobs that are to be canceled and that a drainer holds, until they are. Mostly empty, so claims look at all of it.
create table cancellations (
  job_id       bigint      primary key,
  requested_at timestamptz not null default now()
);

-- Unfinished jobs of whose end somebody wants to be notified (see await_jobs). Mostly empty.
create table awaited_jobs (
  job_id bigint primary key
);

-- One row for each time that a finished job was put back into the queue: how it had ended.
create table retries (
  job_id      bigint      not null,
  retried_at  timestamptz not null default now(),
  finished_at timestamptz not null,
  attempts    smallint    not null,
  state       text        not null,
  retried_by  text,                                      -- who asked for it

  primary key (job_id, retried_at),
  constraint known_state check (state in ('discarded', 'canceled')),
  constraint short_name  check (octet_length(retried_by) <= 2048)
);

create index retries_age on retries (retried_at);

-- What a drainer performs that doesn't perform all it knows, and for which it has slots of its own.
create type pool as (
  queues  text[],  -- the jobs of these queues; null: of all
  excepts boolean, -- instead: those of all other queues
  names   text[]); -- the names that it was told to perform; null: all that it knows

-- A name of jobs, in one of their queues.
create type job_kind as (name text, queue text);

-- One row per invocation, or per session of a worker. While a drainer lives, its session holds an advisory lock on the id;
-- a row that has not ended and whose lock is free belongs to a dead drainer.
create sequence drainer_ids as integer cycle;

create table drainers (
  id          integer     primary key default nextval('drainer_ids'),
  slot        integer     not null,
  slots       integer,                                   -- how many its pool has, as it was told
  backend_pid integer     not null,
  label       text        not null,                      -- identifies it to people: on Lambda, the request id
  names       text[],                                    -- names of jobs that it starts; null: any
  pool        pool,                                      -- the queues of these jobs; null: all
  scaled_out_at timestamptz,                             -- when it last planned a scale-out
  budget_ms   bigint,                                    -- time that it had when it opened; null: no deadline
  in_flight   integer,                                   -- jobs that it had when it died
  lingering   boolean     not null default false,        -- whether it waits for work and wants to be notified
  invocation  jsonb,                                     -- where it runs, as its host tells: request id, log stream, memory, version; null: it doesn't
  settled     integer,                                   -- executions whose outcome it has written; null: it has not ended, or died
  reason      text,                                      -- why it ended; null likewise
  started_at  timestamptz not null default now(),
  ended_at    timestamptz,
  ending      text,

  constraint known_reason       check (reason in ('out_of_work', 'deadline', 'stopped', 'failed')),
  constraint known_ending       check (ending in ('closed', 'died')),
  constraint ended_has_ending   check ((ended_at is null) = (ending is null))
);

create index drainers_alive on drainers (id) where ended_at is null;
create index drainers_lingering on drainers (id) where lingering;
create index drainers_ended on drainers (ended_at) where ended_at is not null;

-- How often values in milliseconds were measured: bucket n is for those of up to 2^(n/8) ms that are above 2^((n-1)/8), bucket 0 for
-- those of up to 1 ms. Buckets without any are left out.
create type histogram as (buckets smallint[], counts bigint[]);

-- What executions came to that ended in a minute, as drainers have noted it: rows are only inserted, so that nobody waits, and
-- maintenance adds them to `measures` (see sum_up_measures).
create sequence noted_measure_ids;

create table noted_measures (
  id            bigint      primary key default nextval('noted_measure_ids'),
  starts_at     timestamptz not null,                    -- the minute
  name          text        not null,
  queue         text        not null,
  succeeded     bigint      not null default 0,
  retried       bigint      not null default 0,
  discarded     bigint      not null default 0,
  canceled      bigint      not null default 0,
  snoozed       bigint      not null default 0,
  interrupted   bigint      not null default 0,          -- noted by whoever reaps
  busy_ms       bigint      not null default 0,          -- the sum of their run times
  waited_ms     bigint      not null default 0,          -- the sum of their waits
  billed_mb_ms  bigint      not null default 0,          -- their share of what the drain is billed, in milliseconds times MB of memory
  runs          histogram,                               -- their run times; null: those that were interrupted have none
  waits         histogram                                -- from when they were due to their start
) with (autovacuum_vacuum_scale_factor = 0.02);

-- The same by minute, ten minutes, hour and day, and since ever for those that count on; without what `noted_measures` has. Rows with an
-- empty name have the sums of their queue, or with an empty queue of all: who asks for these mustn't read a row for each of thousands of
-- names.
create table measures (
  span_s        integer     not null,                    -- 60, 600, 3600 or 86400; 0: since ever
  starts_at     timestamptz not null,                    -- since ever: 1970
  name          text        not null,
  queue         text        not null,
  succeeded     bigint      not null,
  retried       bigint      not null,
  discarded     bigint      not null,
  canceled      bigint      not null,
  snoozed       bigint      not null,
  interrupted   bigint      not null,
  busy_ms       bigint      not null,
  waited_ms     bigint      not null,
  billed_mb_ms  bigint      not null,
  runs          histogram,
  waits         histogram,
  last_at       timestamptz,                             -- since ever: the last minute that counts; null: another span

  primary key (span_s, starts_at, name, queue),
  constraint known_span check (span_s in (0, 60, 600, 3600, 86400)),
  constraint last_is_of_ever check ((last_at is null) = (span_s > 0))
);

-- The last id that a job had been given when the first drainer wrote in a minute: how many are enqueued.
create table last_job_ids (
  minute_at timestamptz primary key,
  noted_at  timestamptz not null default now(),
  job_id    bigint      not null
);

-- The versions of the app that drain, as their drainers tell.
create table deployments (
  version       text        primary key,
  first_seen_at timestamptz not null default now(),

  constraint short_version check (octet_length(version) <= 512)
);

-- What is known of job definitions, for jobs that are enqueued by name alone and for drainers: registered by a deployment, or
-- noted by drainers that open. The end of a drain adds its executions to the durations.
create table definitions (
  name              text        primary key,
  registered_at     timestamptz,                         -- when a deployment registered it: then drainers leave its policies alone
  timeout_ms        integer,                             -- null, as in the next policies: the definition doesn't say
  queue             text,
  priority          integer,
  delay_ms          bigint,
  concurrency_key   text,                                -- one key for all of its jobs; 'queue:': that of their queue
  concurrency_limit integer,
  holds_key         boolean,                             -- as in jobs
  computes_key      boolean     not null default false,  -- its concurrency key is a function of the payload
  further_keys      text[],                              -- of its further limits, in the same way; null where one is computed
  further_limits    integer[],
  rate_key          text,                                -- one key for all of its jobs; 'queue:': that of their queue
  rate              rate_limit,
  computes_rate_key boolean     not null default false,  -- the key of its rate is a function of the payload
  fair_key          text,                                -- one key for all of its jobs
  fair_weight       smallint,
  computes          text[]      not null default '{}',   -- other options that are: a job by name has to give them
  unique_rule       jsonb,                               -- see unique_rule_of
  expires_in_ms     bigint,
  keeps_payload     boolean     not null default true,   -- whether the history has the payloads of its jobs
  schedules         jsonb,                               -- those that are defined beside it: a list of key and settings
  events            text[],                              -- the events that enqueue a job of it
  dropped_at        timestamptz,                         -- since when no deployment has it: its events enqueue nothing, whatever older drainers know
  durations         integer[]   not null default '{}',   -- element n counts executions of up to 2^(n/4) ms; recent ones weigh more
  usual_ms          integer,                             -- within which nearly all of these ended; null: too few are known
  seen_at           timestamptz not null default now()   -- when a drainer last knew it, to five minutes; -infinity: none has yet
);

-- A position in the order of claims.
create type job_position as (priority integer, run_at timestamptz, id bigint);

-- What a scan from the start has seen: all jobs due by then, up to this number of late arrivals.
create type seen_jobs as (until_at timestamptz, late_arrivals bigint);

-- How far claims have come in the turn of a key: behind this position.
create type fair_mark as (priority integer, fair_key text, run_at timestamptz, id bigint);

-- What a drainer has claimed, one row per batch: written by the claim, deleted when all of its jobs are settled. Read when a
-- drainer has died, and to keep a drainer from claiming what it already holds. The newest row of the drainers that claim the
-- same jobs is their frontier (see frontier_of): a hint, so claims are committed asynchronously and nothing waits for them.
create sequence claim_ids;

create table claims (
  id         bigint       primary key,
  drainer_id integer      not null,
  scope      integer,                                    -- hash of the names that it claimed from; null: suspects
  fits_ms    bigint,                                     -- the longest timeout of their own that jobs could have; null: any
  looked_at  timestamptz,                                -- when a drainer of this scope last looked from the start
  led_back_at timestamptz,                               -- when such a look last found jobs before the place that the drainers had reached; null: none has
  claimed_at timestamptz  not null default now(),
  is_apart   boolean      not null default false,        -- suspects: the drainer takes nothing else while it has them
  ended_at   job_position,                               -- where the claim ended; null: at the end, with nothing found
  pass       seen_jobs,                                  -- what is seen once the way that led there reaches the end; null: unknown
  seen       seen_jobs,                                  -- of a look at everything that found nothing more: what it has seen
  marks      fair_mark[],                                -- of jobs that take turns: see lock_fair. Null: of others
  job_ids    bigint[]     not null,
  fences     integer[]    not null
) with (toast_tuple_target = 8160); -- a full batch fits into a page: compressing its ids would cost more than writing them

create index claims_drainer on claims (drainer_id);

-- Running jobs that have concurrency keys, a row for each key: the number of a key's rows is compared with its limit.
create table permits (
  job_id          bigint  not null,
  concurrency_key text    not null,
  drainer_id      integer not null,

  primary key (job_id, concurrency_key)
);

create index permits_key     on permits (concurrency_key);

-- The newest limit of a key whose jobs ask for different ones, and the job that asked for it: it still applies after that job
-- has finished before older ones. Deleted once the key's jobs agree.
create table limits (
  concurrency_key   text    primary key,
  concurrency_limit integer not null,
  job_id            bigint  not null
);

-- The starts of jobs with a rate, one row per key: those that still count, summed up in hundredths of `per_ms`. A start counts from
-- its claim, under the key's lock, whatever becomes of the drainer.
create table rates (
  rate_key   text          primary key,
  rate       rate_limit    not null,                     -- the newest, and the job that asked for it
  job_id     bigint        not null,
  started_at timestamptz[] not null,                     -- place n: when the last of them were claimed
  starts     integer[]     not null,                     -- place n: how many
  next_at    timestamptz,                                -- when the next job may start; null: none waits
  until_at   timestamptz   not null                      -- when the last start no longer counts
);

create index rates_next  on rates (next_at) where next_at is not null;
create index rates_until on rates (until_at);

-- What is paused: queues, job names, and concurrency keys. A pause whose end has come is none; tick deletes its row.
create table pauses (
  kind      text        not null,
  target    text        not null,                        -- the queue, name or key
  paused_at timestamptz not null default now(),
  until_at  timestamptz,                                 -- null: until it is resumed

  primary key (kind, target),
  constraint known_kind   check (kind in ('queue', 'name', 'key')),
  constraint short_target check (octet_length(target) <= 2048),
  constraint ends_some_time check (isfinite(until_at))
);

-- How many unfinished jobs a queue or a concurrency key may have; see assert_room.
create table waiting_limits (
  kind    text    not null,
  target  text    not null,                              -- the queue or key
  waiting integer not null,

  primary key (kind, target),
  constraint known_kind     check (kind in ('queue', 'key')),
  constraint short_target   check (octet_length(target) <= 2048),
  constraint positive_limit check (waiting > 0)
);

-- What operators have set for keys, whatever their jobs ask for. A limit and a rate may have the same key.
create table limit_overrides (
  kind              text        not null,
  target            text        not null,                -- the concurrency key, or the key of the rate
  concurrency_limit integer,
  rate              rate_limit,
  set_at            timestamptz not null default now(),

  primary key (kind, target),
  constraint known_kind     check (kind in ('key', 'rate')),
  constraint short_target   check (octet_length(target) <= 2048),
  constraint of_its_kind    check ((kind = 'key') = (concurrency_limit is not null) and (kind = 'rate') = ((rate).starts is not null)),
  constraint positive_limit check (concurrency_limit > 0),
  constraint whole_rate     check (num_nulls((rate).starts, (rate).per_ms, (rate).burst) in (0, 3)),
  constraint possible_rate  check ((rate).per_ms between 1000 and 2678400000 and (rate).burst between 1 and (rate).starts)
);

-- A cron expression, field by field; see parse_cron.
create type cron_fields as (
  seconds      integer[],
  minutes      integer[],
  hours        integer[],
  days         integer[],  -- of the month
  months       integer[],
  weekdays     integer[],  -- 0 is Sunday
  last_days    integer[],  -- L-3: 3 days before the last one of the month
  near_days    integer[],  -- 15W: the day from Monday to Friday that is nearest to the 15th; 0: to the last one
  nth_weekdays integer[],  -- FRI#2: 52, the second Friday; FRI#L: 59, the last one
  either_day   boolean);   -- days and weekdays are both restricted: one of them is enough

-- Jobs that are enqueued again and again. A tick is a moment for which one is; see enqueue_ticks.
create table schedules (
  key            text          primary key,
  name           text          not null,                 -- of its jobs
  settings       jsonb         not null,                 -- as they were given, without name and payload
  job            jsonb         not null,                 -- a job of it, as store_jobs takes it
  cron           cron_fields,                            -- null: a tick every every_ms
  every_ms       bigint,
  time_zone      text          not null,
  jitter_ms      bigint        not null,                 -- a job is enqueued up to so long after its tick
  starts_at      timestamptz,
  ends_at        timestamptz,
  catch_up       text          not null,
  catch_up_ms    bigint,                                 -- older ticks are not caught up; null: see late_ticks
  overlap        text          not null,
  is_enabled     boolean       not null,
  is_dynamic     boolean       not null,                 -- false: it is defined in code, and a deployment without it removes it
  paused_until   timestamptz,                            -- infinity: until it is resumed
  upcoming       timestamptz[] not null default '{}',    -- the next ticks, computed in advance
  has_all        boolean       not null default true,    -- whether there are none after them
  next_at        timestamptz,                            -- when the job of the first of them is enqueued; null: there is none
  created_at     timestamptz   not null default now(),
  updated_at     timestamptz   not null default now(),

  constraint cron_or_every    check ((cron is null) = (every_ms is not null)),
  constraint at_least_seconds check (every_ms >= 1000),
  constraint known_catch_up   check (catch_up in ('skip', 'once', 'all')),
  constraint known_overlap    check (overlap in ('allow', 'skip', 'queue', 'cancel')),
  constraint short_names      check (octet_length(key) <= 128 and octet_length(name) <= 128)
);

create index schedules_next on schedules (next_at) where next_at is not null;
create index schedules_short on schedules (next_at) where cardinality(upcoming) < 8 and not has_all and next_at is not null;

-- What became of ticks. A row is written with the job, in one transaction: no tick has two jobs, however many drainers look.
create table schedule_ticks (
  schedule_key text        not null,
  tick         timestamptz not null,
  outcome      text        not null,
  job_id       bigint,                                   -- of a job that was there already, if it is deduplicated
  error        text,                                     -- why its job could not be enqueued
  is_requested boolean     not null default false,       -- somebody ran the schedule
  created_at   timestamptz not null default now(),

  primary key (schedule_key, tick),
  constraint known_outcome check (outcome in (
    'enqueued',
    'deduplicated',  -- its unique key was taken
    'skipped',       -- the job of an earlier tick had not finished
    'missed',        -- nobody drained, and it was too late; also of all those before it
    'failed')),
  constraint failed_has_error check ((outcome = 'failed') = (error is not null))
);

create index schedule_ticks_age on schedule_ticks (created_at);
-- Those with jobs: any number of skipped ones may follow a job that runs for long.
create index schedule_ticks_jobs on schedule_ticks (schedule_key, tick) where outcome in ('enqueued', 'deduplicated');

-- Jobs that were enqueued together, and inner batches. Its counts are those of `batch_counts` that were added up so far.
create sequence batch_ids;

create table batches (
  id          bigint      primary key default nextval('batch_ids'),
  parent_id   bigint,                                    -- the batch that counts this one as one of its jobs; null: none
  state       text        not null default 'open',
  total       integer     not null default 0,            -- jobs and inner batches
  succeeded   integer     not null default 0,
  discarded   integer     not null default 0,
  canceled    integer     not null default 0,
  properties  jsonb       not null default '{}',
  callbacks   jsonb       not null default '{}',         -- by event, a run of one job for store_jobs: see store_batch
  fires       boolean     not null default true,         -- whether its callbacks are enqueued when it finishes
  gathers     boolean     not null default false,        -- until it finishes: what its jobs return is kept for the one that waits for them (see gather_jobs)
  fires_discard boolean   not null default true,         -- and when its first job is discarded: false once that is done
  retry_at    timestamptz,                               -- when its callbacks are enqueued again, because they could not be; null: they could
  error       text,                                      -- why they could not be
  created_at  timestamptz not null default now(),
  finished_at timestamptz,

  constraint known_state        check (state in ('open', 'succeeded', 'failed')),
  -- A role that may call store_batch can pass anything.
  constraint small_properties   check (jsonb_typeof(properties) = 'object' and pg_column_size(properties) <= 131072),
  constraint small_callbacks    check (jsonb_typeof(callbacks) = 'object' and pg_column_size(callbacks) <= 1048576),
  constraint finished_some_time check ((state = 'open') = (finished_at is null))
);

create index batches_parent   on batches (parent_id)   where parent_id is not null;
create index batches_retry    on batches (retry_at)    where retry_at is not null;
create index batches_finished on batches (finished_at) where finished_at is not null;

-- What has happened to batches and isn't in their row yet: a row for each batch in what was stored, settled or canceled together. Rows
-- are only inserted, so that those who settle never wait for each other; see fold_batches.
create sequence batch_count_ids;

create table batch_counts (
  batch_id  bigint  not null,
  id        bigint  not null default nextval('batch_count_ids'),
  total     integer not null default 0,                  -- jobs that were added
  succeeded integer not null default 0,                  -- and those that ended so. Negative: they were retried
  discarded integer not null default 0,
  canceled  integer not null default 0,

  primary key (batch_id, id)
);

-- How a job of a batch has ended, with its result. Without the job: an inner batch, or one that was gathered and isn't of it.
create type batch_end as (batch_id bigint, outcome text, job_id bigint, result jsonb);

-- How jobs have ended for which another one waits, until that has finished, whatever the history keeps of them. One that was there
-- already, and isn't of the batch, has a row from the beginning.
create table gathered_jobs (
  batch_id bigint not null,
  job_id   bigint not null,
  outcome  text,                                         -- null: it has not ended
  result   jsonb,

  primary key (batch_id, job_id),
  constraint known_outcome check (outcome in ('succeeded', 'discarded', 'canceled'))
);

create index gathered_jobs_awaited on gathered_jobs (job_id) where outcome is null;

-- Batches whose jobs another job has gathered, or waited for, that has finished: what has not ended of them is canceled (see cancel_orphans).
create table orphaned_batches (
  batch_id bigint primary key
);

-- After which jobs a job runs, and how those have ended: kept as long as the history, for its results, a retry and the picture of a workflow.
create table dependencies (
  child_id   bigint      not null,
  parent_id  bigint      not null,
  on_failure text        not null,                       -- what becomes of the child if the parent doesn't succeed
  outcome    text,                                       -- null: the parent is unfinished
  ended_at   timestamptz,                                -- when the history says that the parent has ended; null, too, if it isn't there
  created_at timestamptz not null default now(),

  primary key (child_id, parent_id),
  constraint known_on_failure check (on_failure in (
    'fail',      -- it is canceled
    'continue',  -- it runs all the same
    'wait')),    -- it waits until the parent was retried and has succeeded
  constraint known_outcome check (outcome in ('succeeded', 'discarded', 'canceled',
    'awaited')), -- it failed, and then the child was retried: that waits for a retry of the parent
  constraint not_itself    check (child_id <> parent_id)
) with (fillfactor = 80); -- an outcome is written into the page that has the row

create index dependencies_parent on dependencies (parent_id);
create index dependencies_age    on dependencies using brin (created_at);

-- Waiting jobs that a drainer has to look at: because of a parent that has failed, of one that was stored in another transaction than theirs, or
-- because somebody held their row when a parent ended. Or parents whose children have to be looked at, because whoever ended or retried them may not
-- have seen all. Rows are only inserted, so that nobody waits; see advance_dependents.
create sequence due_dependent_ids;

create table due_dependents (
  id        bigint primary key default nextval('due_dependent_ids'),
  child_id  bigint,
  parent_id bigint,

  constraint one_of_both check (num_nonnulls(child_id, parent_id) = 1)
);

-- How a job has ended for which others wait.
create type parent_end as (parent_id bigint, outcome text);

-- The batches that are workflows: their jobs have names.
create table workflows (
  batch_id bigint   primary key,
  name     text     not null,
  steps    text[]   not null,
  job_ids  bigint[] not null,                            -- place n: the job of the step of place n

  constraint short_name  check (octet_length(name) <= 512),
  constraint job_of_each check (cardinality(steps) = cardinality(job_ids))
);

create table idempotency_keys (
  name       text        not null,
  key        text        not null,
  job_id     bigint      not null,
  created_at timestamptz not null default now(),
  primary key (name, key)
);

create index idempotency_keys_age on idempotency_keys (created_at);

-- Requests that have stored jobs, and what they were told; see store_jobs_once.
create table requests (
  key         text        primary key,
  fingerprint text        not null,
  batch_id    bigint,                                    -- the batch that it has stored; null: jobs alone
  batch_total integer,
  resumed_ids bigint[],                                  -- the jobs that an emit has resumed; null: it wasn't an emit
  job_ids     bigint[]    not null,
  job_states  text[],
  statuses    text[],
  created_at  timestamptz not null default now(),

  constraint short_key check (octet_length(key) <= 2048)
);

create index requests_age on requests (created_at);

-- Unique keys that are held for a period since the enqueue, whatever becomes of the job.
create table unique_periods (
  name     text        not null,
  key      text        not null,
  job_id   bigint      not null,
  until_at timestamptz not null,
  primary key (name, key)
);

create index unique_periods_end on unique_periods (until_at);

-- The deployment that this schema belongs to, as app/stage: one row, or none if nobody has claimed it.
create table owner (
  only_row boolean     primary key default true check (only_row),
  name     text        not null,
  since    timestamptz not null default now()
);

-- What a deployment chooses, and migrate stores.
create table settings (
  only_row              boolean primary key default true check (only_row),
  refuses_unknown_names boolean not null default false,  -- whether an enqueue by a name that no definition has is an error
  retention             interval not null default '14 days', -- how long history is kept; see run_maintenance
  minutes_kept          interval not null default '2 days',  -- how long it is kept what executions of each minute came to
  hours_kept            interval not null default '90 days', -- the same of each hour and day

  -- whole days are dropped, and an idempotency key leads to its job for 24 hours
  constraint a_day_at_least check (retention >= interval '1 day'),
  constraint an_hour_at_least check (minutes_kept >= interval '1 hour' and hours_kept >= interval '1 hour')
);
insert into settings default values;

-- Which jobs are kept for longer or less long than `retention`: the rule for a job's name comes before that for its queue, and that
-- before the one for its state. Without rules, history is only dropped by whole days.
create table retention_rules (
  kind   text     not null,
  target text     not null,                              -- the name, queue or state
  keep   interval not null,

  primary key (kind, target),
  constraint known_kind       check (kind in ('name', 'queue', 'state')),
  constraint an_hour_at_least check (keep >= interval '1 hour')
);

-- How far the partitions of `finished` have been searched for jobs that these rules let go; see expire_by_rules.
create table retention_searches (
  part        text        primary key,
  searched_at timestamptz not null default '-infinity',  -- when the last whole search began
  began_at    timestamptz,                               -- when the search that is under way began
  page        bigint                                     -- the page that it looks at next
);

-- One row per step, cursor, sleep, wait, awaited event or gathering of a job that is performed in several executions, and one, without a name, for the progress that
-- it reports. Written while the job runs, read by its
-- later executions, and deleted when the job has finished.
create table progress (
  job_id   bigint      not null,
  saved_at timestamptz not null default now(),
  until_at timestamptz,                                  -- when a sleep ends, or a wait for a token or event times out
  kind     text        not null,
  name     text        not null,
  value    jsonb,                                        -- of a step: its result; of a cursor: its position, null at its end; of a wait: how it ended, or null;
                                                         -- of a gathering: its batch, and its jobs in their order

  primary key (job_id, name),
  constraint known_kind       check (kind in ('step', 'cursor', 'sleep', 'wait', 'event', 'gathering', 'report')),
  constraint sleep_has_an_end check ((kind in ('sleep', 'wait', 'event')) = (until_at is not null)),
  constraint sleep_has_no_value check (kind <> 'sleep' or value is null)
);

-- Tokens that jobs wait for, or will: each is completed once, from outside, or times out (see await_token).
create table waits (
  token      text        primary key,
  state      text        not null default 'open',
  value      jsonb,                                      -- what it was completed with
  created_at timestamptz not null default now(),
  ended_at   timestamptz,

  constraint known_state    check (state in ('open', 'completed', 'timed_out')),
  constraint ended_has_time check ((state = 'open') = (ended_at is null)),
  constraint open_has_no_value check (value is null or state = 'completed'),
  constraint short_token    check (octet_length(token) between 1 and 2048)
);

create index waits_ended on waits (ended_at) where ended_at is not null;

-- Which unfinished jobs have to do with which token.
create table waiting_jobs (
  job_id     bigint  not null,
  token      text    not null,
  is_waiting boolean not null,                           -- false: it has only opened the token

  primary key (job_id, token)
);

create index waiting_jobs_token on waiting_jobs (token);

-- Tokens that were completed in a transaction that may not have seen all who wait for them (see resume_unseen). Nobody waits for these rows.
create sequence unseen_wait_ids;

create table unseen_waits (
  id    bigint primary key default nextval('unseen_wait_ids'),
  token text   not null
);

-- The events that unfinished jobs wait for, or will. An event ends those whose match its payload contains; they are found by the values
-- that the payload has where the match has some (see shape_of).
create table event_waits (
  job_id     bigint      not null,
  key        text        not null,                       -- of the job's checkpoint
  event      text        not null,
  match      jsonb       not null,
  shape      text        not null collate "C",           -- where the match has values: a JSON list of paths
  match_hash bigint      not null,                       -- of these values
  is_waiting boolean     not null,                       -- whether the job is put back for this; false: it has only opened the wait, or was resumed
  since      pg_snapshot not null,                       -- events count that are not visible here: they are committed after this
  payload    jsonb,                                      -- of the event that has ended the wait; null: none has

  primary key (job_id, key),
  constraint short_names check (octet_length(key) <= 2048 and octet_length(event) <= 128),
  constraint short_shape check (octet_length(shape) <= 2000)
);

create index event_waits_match on event_waits (event, shape, match_hash) where payload is null;
create index event_waits_ended on event_waits (job_id) where payload is not null and is_waiting;

-- Events that were emitted, until they have been matched with the jobs that came to wait for them before the emit was committed (see
-- match_emitted). Nobody waits for these rows.
create sequence emitted_event_ids;

create table emitted_events (
  id         bigint      primary key default nextval('emitted_event_ids'),
  event      text        not null,
  payload    jsonb       not null,
  xid        xid8        not null default pg_current_xact_id(),
  looked_xid xid8,                                       -- of the transaction that first matched it once it was committed; null: none has
  emitted_at timestamptz not null default now(),

  constraint short_name check (octet_length(event) <= 128)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create index emitted_events_looked on emitted_events (looked_xid nulls first, id);

-- Emits that are not repeated, and what they have done.
create table emit_keys (
  event       text        not null,
  key         text        not null,
  job_ids     bigint[]    not null default '{}',
  resumed_ids bigint[]    not null default '{}',
  created_at  timestamptz not null default now(),

  primary key (event, key),
  constraint short_keys check (octet_length(event) <= 128 and octet_length(key) <= 2048)
);

create index emit_keys_age on emit_keys (created_at);

-- When an enqueue last asked for a drainer, by the name of its job and its queue if a pool names that, until a drainer that performs
-- such jobs opens. Nobody waits for these rows: a session that finds one locked leaves the decision to the one that holds it.
create table wake_requests (
  name         text        not null,
  queue        text        not null default '',          -- '': any that no pool names
  requested_at timestamptz not null default '-infinity',

  primary key (name, queue)
);

-- The queues that pools of drainers name, to serve or to leave them, and '' for all others. Empty while there are no pools.
create table pooled_queues (
  queue   text        primary key,
  seen_at timestamptz not null default '-infinity'       -- when a drainer last served it, to five minutes; -infinity: none has yet
);

-- Keys of the HTTP API and the dashboard, without their secrets: see docs/decisions/0087-access.md.
create table api_keys (
  id           bigint      generated always as identity primary key,
  name         text        not null,                     -- what it is for, for people
  hint         text        not null,                     -- how its secret begins, so that people recognize it
  hash         bytea       not null unique,              -- SHA-256 of the secret
  old_hash     bytea       unique,                       -- of the secret before, which is valid until old_until
  old_until    timestamptz,
  role         text        not null,
  names        text[],                                   -- the job names that an enqueuer may enqueue; null: any
  queues       text[],                                   -- the queues that it may enqueue to; null: any
  created_at   timestamptz not null default now(),
  created_by   text,
  expires_at   timestamptz,                              -- null: never
  rotated_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,                              -- to an hour

  constraint known_role          check (role in ('enqueuer', 'reader', 'operator', 'admin')),
  constraint short_name          check (octet_length(name) <= 2048),
  constraint short_hint          check (octet_length(hint) <= 64),
  constraint whole_hash          check (octet_length(hash) = 32 and octet_length(old_hash) = 32),
  constraint old_for_some_time   check ((old_hash is null) = (old_until is null) and isfinite(old_until)),
  constraint enqueuers_have_scopes check (role = 'enqueuer' or num_nonnulls(names, queues) = 0),
  constraint something_in_scope  check (cardinality(names) > 0 and cardinality(queues) > 0),
  constraint ends_some_time      check (isfinite(expires_at))
);

-- What people and programs have done to jobs, queues, schedules and keys. A row is written before the action, so that one
-- which crashes leaves it, and completed after it.
create table audit_log (
  id         bigint      generated always as identity primary key,
  at         timestamptz not null default clock_timestamp(),
  actor_id   text        not null,                       -- 'key:12', 'environment', 'oidc:ada@example.org', ...
  actor_name text        not null,
  via        text        not null,
  action     text        not null,                       -- the verb, as TypeScript calls it: 'retryJobs'
  target     jsonb       not null default '{}',          -- what it is about: a filter, an id, a name; no payloads
  outcome    text,                                       -- null: it is under way, or its process ended in the middle of it
  ended_at   timestamptz,
  matched    bigint,                                     -- how many jobs there were; null: it isn't about a set of jobs
  changed    bigint,
  detail     jsonb,                                      -- what else it returned; the error of one that failed

  constraint known_via      check (via in ('api', 'dashboard', 'cli', 'library')),
  constraint known_outcome  check (outcome in ('done', 'failed')),
  constraint ended_together check ((outcome is null) = (ended_at is null)),
  constraint short_actor    check (octet_length(actor_id) <= 2048 and octet_length(actor_name) <= 2048),
  constraint short_action   check (octet_length(action) <= 128)
);

create index audit_log_age on audit_log (at);
create index audit_log_actor on audit_log (actor_id, id);

-- When a drainer last repaired what no event finds, and where it stopped; see repair. Nobody waits for this row either.
create table ticks (
  only_row   boolean     primary key default true check (only_row),
  ticked_at  timestamptz not null default '-infinity',
  last_queue text        not null default '',           -- if there are many queues or keys, the next repair continues behind these
  last_key   text        not null default '',
  last_line  text        not null default '',
  last_rate  text        not null default ''
);
insert into ticks default values;

-- The wake-ups of a deployment in idle mode: when the one schedule of a drain function next invokes it, set by a drainer of its pool
-- that knows this name. A name without a row was never in idle mode. See docs/decisions/0012-idle.md.
create table wake_ups (
  name    text        not null,
  set_for timestamptz not null,                          -- infinity: nothing is due; -infinity: it could not be set
  pool    pool        not null default (null, null, null),
  set_at  timestamptz not null default now(),

  primary key (name, pool)
);

-- The steps of maintenance and their last results: see run_maintenance.
create table maintenance_steps (
  step      text        primary key,
  next_at   timestamptz not null default '-infinity',    -- when it is due again
  done_at   timestamptz,
  failed_at timestamptz,
  failures  integer     not null default 0,              -- since it was last done
  error     text,                                        -- of the last failure, until it is done
  place     bigint      not null default 0               -- where a step that goes through a table continues; see repair_batches
);
insert into maintenance_steps (step) values ('prepare finished'), ('prepare failures'), ('prepare payloads'),
  ('expire by rules'), ('expire finished'), ('expire failures'), ('expire payloads'),
  ('forget stored results'), ('forget logs'), ('forget superfluous objects'), ('forget idempotency keys'), ('forget unique periods'), ('forget requests'), ('forget retries'), ('forget drainers'), ('forget rates'), ('forget further keys'), ('forget waits'), ('forget emits'),
  ('repair batches'), ('forget batches'), ('repair dependents'), ('forget dependencies'), ('forget schedule ticks'), ('forget actions'),
  ('sum up measures'), ('forget measures');

-- Jobs that are about to be stored, in a row and alike but for their payloads and keys: an element of the argument of store_jobs,
-- with the policies that apply to it.
create type job_run as (
  at integer, name text, queue text, priority integer, run_at timestamptz, max_attempts smallint, timeout_ms integer,
  concurrency_key text, concurrency_limit integer, holds_key boolean, rate_key text, rate rate_limit, tags text[], metadata jsonb, state text, payloads jsonb,
  payload_keys jsonb, unique_keys jsonb, idempotency_keys jsonb, unique_rule jsonb, expires_at timestamptz,
  further_keys text[], further_limits integer[], fair_key text, fair_weight smallint, is_counted boolean, batch_id bigint, after jsonb, on_parent_failure text, is_parent boolean);

-- One of them.
create type new_job as (
  id bigint, index integer, name text, payload jsonb, payload_key text, payload_day date, queue text, priority integer, run_at timestamptz,
  max_attempts smallint, timeout_ms integer, unique_key text, idempotency_key text, concurrency_key text,
  concurrency_limit integer, holds_key boolean, rate_key text, rate rate_limit, tags text[], metadata jsonb, state text, large_bytes integer, waiting_key text, unique_rule jsonb,
  expires_at timestamptz, further_keys text[], further_limits integer[], fair_key text, fair_weight smallint, is_counted boolean, batch_id bigint, is_parent boolean);

-- Where a job is in the history: the partition, and the row in it. When it finished tells the partition before a statement locks them all.
create type finished_place as (part oid, place tid, id bigint, finished_at timestamptz);

-- A job in a list, as JSON.
create type listed_job as (id bigint, job json);

-- How an execution ended: an element of the argument of settle_outcomes.
create type execution_outcome as (
  id bigint, fence integer, outcome text, charges_attempt boolean, duration_ms integer, ended_ms_ago bigint, result jsonb,
  result_key text, wait_ms bigint, rule text, rule_failures jsonb, cuts smallint, pauses_key boolean, paused_key text, forgets_payload boolean, waited_ms bigint, logs text, error_class text, error_code text,
  error_message text, error_stack text, error_fingerprint text, name text);

-- Counts how often jobs that had been due earlier became ready, behind a position that scans may have passed: when a queue is
-- resumed, a key is freed, a claimed job is given back.
create sequence late_arrivals;
select nextval('late_arrivals'); -- the first call doesn't change last_value

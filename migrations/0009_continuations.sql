-- Continuations: what a job that is performed in several executions has behind it.

-- One row a step, cursor or sleep. Written while the job runs, read by its later executions, and deleted when it is
-- settled for good (see settle_outcomes, which looks here only for jobs that say has_progress).
create table progress (
  job_id   bigint      not null,
  saved_at timestamptz not null default now(),
  until_at timestamptz,                                  -- of a sleep: its end
  kind     text        not null,
  name     text        not null,
  value    jsonb,                                        -- of a step: its result; of a cursor: its position, null at its end

  primary key (job_id, name),
  constraint known_kind       check (kind in ('step', 'cursor', 'sleep')),
  constraint sleep_has_an_end check ((kind = 'sleep') = (until_at is not null)),
  constraint sleep_has_no_value check (kind <> 'sleep' or value is null)
);

-- Saves a checkpoint: only through the session that claimed the job, and only for the fence that was claimed. Answers
-- whether the job was still the caller's.
create function save_progress(p_backend integer, p_job bigint, p_fence integer, p_kind text, p_name text, p_value jsonb, p_sleep_ms bigint)
returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  return store_progress(p_job, p_fence, p_kind, p_name, p_value, p_sleep_ms);
end
$$;

-- The same without the session: for a transaction that the checkpoint's work is done in, which has a connection of its
-- own. The lock on the job's row makes whoever buries its drainer wait for that transaction's end, so that the next
-- execution sees this checkpoint if and only if it sees the work.
create function store_progress(p_job bigint, p_fence integer, p_kind text, p_name text, p_value jsonb, p_sleep_ms bigint)
returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  v_has_progress boolean;
begin
  select j.has_progress into v_has_progress from jobs j where j.id = p_job and j.fence = p_fence for no key update;
  if not found then
    return false;
  end if;
  if not v_has_progress then
    update jobs j set has_progress = true where j.id = p_job;
  end if;

  insert into progress (job_id, kind, name, value, until_at)
  values (p_job, p_kind, p_name, p_value, now() + p_sleep_ms * interval '1 millisecond')
  on conflict (job_id, name) do update set value = excluded.value, saved_at = excluded.saved_at;
  return true;
end
$$;

-- What earlier executions of a job have saved. A step without a result has no value, which is not the value null.
create function progress_of(p_job bigint) returns table (kind text, name text, value text, remaining_ms double precision)
language sql stable set search_path from current
as $$
  select p.kind, p.name, p.value::text, extract(epoch from p.until_at - now())::double precision * 1000
  from progress p where p.job_id = p_job
$$;

create or replace function schema_version() returns integer language sql immutable as 'select 9';

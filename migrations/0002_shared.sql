-- What the other functions share: locks, states, refusals.

-- The lock of a job is a 64-bit key: 16 bits name the schema, 48 the job. pg_locks so tells which jobs are running.
-- The locks of drainers, slots and concurrency keys live in the space of two 32-bit keys, apart from these.
-- The hash is taken once, here, so that no server upgrade can change it under a running system.
do $$
begin
  execute format('create function job_lock(job_id bigint) returns bigint language sql immutable parallel safe as %L',
    format('select %s::bigint | job_id', (hashtext('sluice:' || current_schema())::bigint & 65535) << 48));
  execute format('create function lock_space(kind text) returns integer language sql immutable parallel safe as %L',
    format('select hashtext(%L || kind)', 'sluice:' || current_schema() || ':'));
end
$$;

-- An unlock that finds no lock means that one was lost or released twice: run-once is gone, so the drain must end.
create function unlock_jobs(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if not (select coalesce(bool_and(pg_advisory_unlock(job_lock(id))), true) from unnest(p_ids) id) then
    raise exception using errcode = 'SL004', message = 'A job''s lock was no longer held when it was to be released: the drainer''s session is not its own';
  end if;
end
$$;

-- Gives back every job lock of this session but those of p_held: what a claim that failed half-way has left, because
-- session locks outlive a statement that is rolled back.
create function unlock_strays(p_held bigint[]) returns bigint
language sql volatile set search_path from current
as $$
  with mine as materialized (
    select l.classid::bigint << 32 | l.objid::bigint as key from pg_locks l
    where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.objsubid = 1 and l.granted
  )
  select count(*) filter (where pg_advisory_unlock(m.key)) from mine m
  where m.key | 281474976710655 = job_lock(281474976710655) and not m.key & 281474976710655 = any (p_held)
$$;

create function is_running(p_id bigint) returns boolean
language sql stable set search_path from current
as $$
  select exists (
    select from pg_locks l where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and l.classid::bigint = job_lock(p_id) >> 32 & 4294967295 and l.objid::bigint = job_lock(p_id) & 4294967295)
$$;

-- A claim or settle that reaches another backend than the drain began on goes through a transaction pooler, where
-- session locks belong to whoever comes next.
create function assert_session(p_backend integer) returns void
language plpgsql stable
as $$
begin
  if pg_backend_pid() <> p_backend then
    raise exception using errcode = 'SL003',
      message = format('This drain began on backend %s and has come to backend %s: a transaction pooler stands between', p_backend, pg_backend_pid());
  end if;
end
$$;

create function is_paused(p_queue text) returns boolean
language sql stable set search_path from current
as $$
  select exists (select from queues q where q.name = p_queue and q.paused_at is not null)
$$;

-- The states that only the engine tells apart, as the API names them.
create function told_state(p_state text) returns text
language sql immutable parallel safe
as $$
  select case p_state when 'suspect' then 'ready' when 'paused' then 'blocked' else p_state end
$$;

-- A job's state as the API names it, or null for an id that is unknown or whose history has been dropped.
create function current_state(p_id bigint) returns text
language sql stable set search_path from current
as $$
  select case when is_running(p_id) then 'running' else told_state(j.state) end
  from jobs j where j.id = p_id
  union all
  select f.state from finished f where f.id = p_id
  limit 1
$$;

create function refuse(p_message text) returns void
language plpgsql immutable
as $$
begin
  raise exception using errcode = 'SL000', message = p_message;
end
$$;

-- Refuses code that is newer than these functions.
create function assert_schema_version(p_needed integer) returns void
language plpgsql stable set search_path from current
as $$
begin
  if schema_version() < p_needed then
    raise exception using errcode = 'SL001',
      message = format('The schema %I is at version %s and this code needs %s: run migrate', current_schema(), schema_version(), p_needed);
  end if;
end
$$;

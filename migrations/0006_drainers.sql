-- Drainers: their sessions, slots, deaths.

-- Begins a drain on this session: takes a slot, arms the dead man's switch, and holds the locks that say the drainer
-- lives and is awake. Answers with no row when all p_max_drainers slots are taken.
--   p_budget_ms    the time it has; null: no deadline
--   p_definitions  what it can perform, each with name and timeout_ms; answered with how long each of them usually takes
create function open_drainer(p_schema_version integer, p_max_drainers integer, p_label text, p_silence_ms integer,
                             p_budget_ms bigint default null, p_definitions json default '[]')
returns table (id integer, slot integer, backend_pid integer, usual_ms json)
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_schema_version(p_schema_version);
  slot := (with numbers as materialized (select number from generate_series(1, p_max_drainers) number)
           select number from numbers where pg_try_advisory_lock(lock_space('slot'), number) limit 1);
  if slot is null then
    return;
  end if;

  perform end_session_after_silence(p_silence_ms);
  id := nextval('drainer_ids');
  backend_pid := pg_backend_pid();
  perform pg_advisory_lock(lock_space('drainer'), id);
  perform pg_advisory_lock(lock_space('awake'), id);
  insert into drainers (id, slot, backend_pid, label, budget_ms)
  values (open_drainer.id, open_drainer.slot, open_drainer.backend_pid, p_label, p_budget_ms);
  perform answer_wake();
  perform register_definitions(p_definitions);
  usual_ms := (select json_object_agg(d.name, share_takes(d.durations, 0.99)) from definitions d
               where d.name in (select p.name from json_to_recordset(p_definitions) p (name text)));
  return next;
end
$$;

-- The dead man's switch: a session whose client is silent or unreachable for p_silence_ms is ended by the server, and
-- its locks are free. Each setting counts where the server has it.
create function end_session_after_silence(p_silence_ms integer) returns void
language plpgsql volatile
as $$
declare
  v_setting record;
begin
  for v_setting in
    select * from (values
      ('idle_session_timeout', p_silence_ms || 'ms'),
      ('idle_in_transaction_session_timeout', p_silence_ms || 'ms'),
      ('tcp_user_timeout', p_silence_ms || 'ms'),
      ('tcp_keepalives_idle', greatest(1, p_silence_ms / 4000) || 's'),
      ('tcp_keepalives_interval', greatest(1, p_silence_ms / 4000) || 's'),
      ('tcp_keepalives_count', '3'),
      ('client_connection_check_interval', least(p_silence_ms, 5000) || 'ms')) s (name, value)
  loop
    begin
      perform set_config(v_setting.name, v_setting.value, false);
    exception when others then
      null; -- an older server, or a platform that keeps it to itself
    end;
  end loop;
end
$$;

-- Ends a drain: releases the slot first and then looks once more, so that a job stored between the last claim and
-- here is seen either by this look or, the drainer no longer being awake, by the one who stored it (see request_wake).
-- Answers whether work is due. The drainer's own lock stays till its session ends, so that nobody takes it for dead
-- before this is committed.
--   p_durations  by job name: how many executions took how long, as in definitions
create function close_drainer(p_drainer integer, p_backend integer, p_names text[], p_held bigint[], p_durations json default '{}')
returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  delete from claims c where c.drainer_id = p_drainer;
  perform release_permits(array(select p.job_id from permits p where p.drainer_id = p_drainer));
  perform remember_durations(p_durations);
  update drainers d set ended_at = now(), ending = 'closed', lingering = false where d.id = p_drainer;
  perform unlock_jobs(p_held);
  perform pg_advisory_unlock(lock_space('slot'), d.slot) from drainers d where d.id = p_drainer;
  perform pg_advisory_unlock(lock_space('awake'), p_drainer);
  return is_work_due(p_names);
end
$$;

-- Whether a job could be claimed now: due, of a known name, and not held by another drainer. The session must hold
-- no job's lock itself.
create function is_work_due(p_names text[]) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_free bigint;
begin
  if exists (select from jobs j where j.state = 'scheduled' and j.run_at <= now() and j.name = any (p_names)) then
    return true;
  end if;
  with ready as materialized (
    select j.id from jobs j where j.state = 'ready' and j.name = any (p_names) order by j.priority, j.run_at, j.id
  ), suspects as materialized (
    select j.id from jobs j where j.state = 'suspect' and j.name = any (p_names) order by j.suspect_group desc, j.id
  ), candidates as materialized (
    select id from ready union all select id from suspects
  )
  select c.id into v_free from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit 1;
  perform unlock_jobs(array[v_free]) where v_free is not null;
  return v_free is not null;
end
$$;

-- How many jobs wait that could run, and for how long the first of them has. Both go through the claim's index alone:
-- the count stops at 10,000 entries, the age looks at the first waiting job of each priority, of 100 at most. A job that
-- runs is ready too, so those with a lock are left out.
create function backlog() returns table (ready integer, oldest_ready_age_ms double precision)
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
  with recursive running as materialized (
    select (l.classid::bigint << 32 | l.objid::bigint) & 281474976710655 as id from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and (l.classid::bigint << 32 | l.objid::bigint | 281474976710655) = job_lock(281474976710655)
  ), first_of_priority as (
    (select j.priority, j.run_at from jobs j
     where j.state = 'ready' and j.id not in (select r.id from running r)
     order by j.priority, j.run_at, j.id limit 1)
    union all
    select next.priority, next.run_at from first_of_priority f, lateral (
      select j.priority, j.run_at from jobs j
      where j.state = 'ready' and j.priority > f.priority and j.id not in (select r.id from running r)
      order by j.priority, j.run_at, j.id limit 1) next
  )
  select (select count(*) from (select j.id from jobs j where j.state = 'ready' order by j.priority, j.run_at, j.id limit 10000) first
          where first.id not in (select r.id from running r))::integer,
         coalesce((select greatest(0, extract(epoch from clock_timestamp() - min(oldest.run_at)) * 1000)
                   from (select f.run_at from first_of_priority f limit 100) oldest), 0)::double precision
$$;

-- Buries every drainer whose session has ended without closing, and answers how many of their executions it ended.
-- Costs one try of a lock for each drainer that lives.
create function bury_dead(p_drainer integer) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  v_dead integer[];
  v_buried integer;
begin
  with others as materialized (
    select d.id from drainers d where d.ended_at is null and d.id <> p_drainer
  )
  select array_agg(o.id) into v_dead from others o where pg_try_advisory_lock(lock_space('drainer'), o.id);
  select coalesce(sum(bury(p_drainer, dead)), 0) into v_buried from unnest(v_dead) dead;
  perform pg_advisory_unlock(lock_space('drainer'), dead) from unnest(v_dead) dead;
  return v_buried;
end
$$;

-- What a dead drainer held and did not settle becomes interrupted executions, and ready again at once, as suspects:
-- one of them may be what killed it. They run again apart from other jobs: first all together, because most deaths are
-- nobody's fault; if that drainer dies too, in groups of a tenth, then a tenth of that, down to one. Whoever kills a
-- drainer alone is guilty, and only that is charged. Jobs that others hold by now are left to them.
create function bury(p_drainer integer, p_dead integer) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  v_suspects bigint[];
  v_count integer;
begin
  -- Deleting the claims is the gate: of two that bury the same drainer, the second waits here and finds none.
  with held as materialized (
    delete from claims c where c.drainer_id = p_dead returning c.job_ids, c.fences
  ), unsettled as materialized (
    select j.id from held, unnest(held.job_ids, held.fences) h (job_id, fence)
    join jobs j on j.id = h.job_id and j.fence = h.fence
    where not exists (select from held_by(p_drainer) mine where mine.job_id = j.id)
  ), locked as materialized (
    select u.id, pg_try_advisory_lock(job_lock(u.id)) as free from unsettled u
  )
  select array_agg(l.id) filter (where l.free), count(*) into v_suspects, v_count from locked l;

  with verdict as (
    select j.id, j.fence, v_count = 1 and coalesce(j.suspect_group, 0) = 1 as guilty from jobs j where j.id = any (v_suspects)
  ), suspects as (
    update jobs j set
      state = case when is_paused(j.queue) then 'paused' else 'suspect' end,
      fence = j.fence + 1,
      suspect_group = case when j.suspect_group is null then v_count else greatest(1, ceil(least(v_count, j.suspect_group) / 10.0)) end,
      attempts = j.attempts + v.guilty::integer,
      interruptions = j.interruptions + v.guilty::integer
    from verdict v where j.id = v.id and j.fence = v.fence
    returning j.id, j.attempts + (not v.guilty)::integer as attempt
  )
  insert into executions (job_id, attempt, outcome, error_class, error_message, drainer_id)
  select s.id, s.attempt, 'interrupted', 'InterruptedError', format('Drainer %s died with %s jobs in flight', p_dead, v_count), p_dead
  from suspects s;

  perform release_permits(array(select p.job_id from permits p where p.drainer_id = p_dead));
  update drainers d set ended_at = now(), ending = 'died', lingering = false where d.id = p_dead;
  perform unlock_jobs(v_suspects);
  return coalesce(cardinality(v_suspects), 0);
end
$$;

-- Drainers: their sessions, slots, deaths.

-- Begins a drain on this session: takes a slot, arms the dead man's switch, and holds the lock that says the drainer
-- lives. Answers with no row when all p_max_drainers slots are taken.
create function open_drainer(p_schema_version integer, p_max_drainers integer, p_label text, p_silence_ms integer)
returns table (id integer, slot integer, backend_pid integer)
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
  insert into drainers (id, slot, backend_pid, label) values (open_drainer.id, open_drainer.slot, open_drainer.backend_pid, p_label);
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
-- here is seen either by this look or, the slot being free, by the one who stored it. Answers whether work is due.
-- The drainer's own lock stays till its session ends, so that nobody takes it for dead before this is committed.
create function close_drainer(p_drainer integer, p_backend integer, p_names text[], p_held bigint[]) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  delete from claims c where c.drainer_id = p_drainer;
  perform release_permits(array(select p.job_id from permits p where p.drainer_id = p_drainer));
  update drainers d set ended_at = now(), ending = 'closed' where d.id = p_drainer;
  perform unlock_jobs(p_held);
  perform pg_advisory_unlock(lock_space('slot'), d.slot) from drainers d where d.id = p_drainer;
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
  update drainers d set ended_at = now(), ending = 'died' where d.id = p_dead;
  perform unlock_jobs(v_suspects);
  return coalesce(cardinality(v_suspects), 0);
end
$$;

-- The wake-up of a deployment in idle mode: when its one schedule invokes the drain function next. See
-- docs/decisions/0012-idle.md.
create table wake_up (
  only_row boolean     primary key default true check (only_row),
  set_for  timestamptz                                   -- null: never in idle mode; infinity: nothing to wake up for; -infinity: could not be set
);
insert into wake_up default values;

-- Milliseconds until the next job of p_names is due; null: none waits for its time.
create function next_due_in_ms(p_names text[]) returns double precision
language plpgsql volatile set search_path from current
as $$
begin
  return extract(epoch from next_due_at(p_names) - clock_timestamp()) * 1000;
end
$$;

create function next_due_at(p_names text[]) returns timestamptz
language sql volatile set search_path from current
as $$
  select j.run_at from jobs j where j.state = 'scheduled' and j.name = any (p_names) order by j.run_at, j.id limit 1
$$;

-- Begins to set the wake-up, after close_drainer: answers when the next job is due (null: none waits), or with no row
-- while another drainer is awake, because that one comes here later and sees more. Till this session ends no other gets in here, so
-- of two that set it, the one that looked later also sets later.
create function plan_wake_up(p_backend integer, p_names text[]) returns table (due_at timestamptz)
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  perform pg_advisory_lock(lock_space('wake-up'), 0);
  if not is_anyone_awake() then
    return query select next_due_at(p_names);
  end if;
end
$$;

create function is_anyone_awake() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_id integer;
begin
  for v_id in select d.id from drainers d where d.ended_at is null loop
    if not pg_try_advisory_lock_shared(lock_space('drainer'), v_id) then
      return true;
    end if;
    perform pg_advisory_unlock_shared(lock_space('drainer'), v_id);
  end loop;
  return false;
end
$$;

create function remember_wake_up(p_set_for timestamptz) returns void
language sql volatile set search_path from current
as $$
  update wake_up set set_for = coalesce(p_set_for, 'infinity')
$$;

-- Asked once a job that is due later has been committed. True: it may be due before the wake-up, so a drainer is to be
-- invoked, which sets it anew. While one is just being set the answer is true as well: the look for it may have been
-- too early to see the job.
create function is_wake_up_late() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_set_for timestamptz;
begin
  if not pg_try_advisory_lock_shared(lock_space('wake-up'), 0) then
    return true;
  end if;
  perform pg_advisory_unlock_shared(lock_space('wake-up'), 0);
  select w.set_for into v_set_for from wake_up w;
  return exists (select from jobs j where j.state = 'scheduled' and j.run_at < case when v_set_for > now() then v_set_for else 'infinity' end)
     and v_set_for is not null;
end
$$;

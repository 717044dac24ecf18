-- Waking: which drainers are invoked when work comes, and what they know of the work before they begin it.

-- When drainers were last asked for. Nobody waits for this row: who finds it locked leaves the decision to who has it.
create table wakes (
  only_row  boolean     primary key default true check (only_row),
  woken_at  timestamptz not null default '-infinity',  -- by an enqueue; till a drainer opens
  helped_at timestamptz not null default '-infinity'   -- by a drainer whose backlog is deep
);
insert into wakes default values;

-- Drainers, but for p_but, that will look for work once more before they end. Each holds a lock that says so, and
-- gives it back before its last look. It is tried shared: of two who count at once, neither takes the other for a drainer.
create function count_awake(p_but integer default null) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  v_id integer;
  v_awake integer := 0;
begin
  for v_id in select d.id from drainers d where d.ended_at is null and d.id is distinct from p_but loop
    if pg_try_advisory_lock_shared(lock_space('awake'), v_id) then
      perform pg_advisory_unlock_shared(lock_space('awake'), v_id);
    else
      v_awake := v_awake + 1;
    end if;
  end loop;
  return v_awake;
end
$$;

-- Asked once a job has been committed. True: nobody awake will find it, so a drainer is to be invoked. Of those who ask
-- while a drainer is on its way, only the first is told so; one that has not come in 2 seconds is not waited for. A job
-- that is not due now needs a drainer only to have the wake-up of idle mode set earlier.
create function request_wake(p_is_due boolean default true) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  if not (p_is_due or is_wake_up_late()) or count_awake() > 0 then
    return false;
  end if;
  update wakes w set woken_at = clock_timestamp()
  where w.only_row in (select free.only_row from wakes free where free.woken_at < clock_timestamp() - interval '2 seconds' for update skip locked);
  return found;
end
$$;

-- A drainer has come: jobs stored from now on may need another.
create function answer_wake() returns void
language sql volatile set search_path from current
as $$
  update wakes w set woken_at = '-infinity' where w.woken_at > '-infinity'
$$;

-- Asked by drainers at work: how many more are to be invoked. One is enough for the backlog that it can work off in the
-- next seconds (p_capacity); when jobs wait longer than 2 seconds there is one more. The number of drainers at most
-- doubles, once a second.
create function request_help(p_drainer integer, p_names text[], p_capacity integer, p_max_drainers integer) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  c_most_counted constant integer := 10000;
  v_awake integer;
  v_capacity integer := greatest(1, least(p_capacity, c_most_counted / p_max_drainers));
  v_waiting integer;
  v_oldest interval;
begin
  update wakes w set helped_at = clock_timestamp()
  where w.only_row in (select free.only_row from wakes free where free.helped_at < clock_timestamp() - interval '1 second' for update skip locked);
  if not found then
    return 0;
  end if;
  v_awake := 1 + count_awake(p_drainer);
  if v_awake >= p_max_drainers then
    return 0;
  end if;

  with held as materialized (
    select distinct unnest(c.job_ids) as id from claims c
  ), waiting as (
    select j.run_at from jobs j
    where j.state = 'ready' and j.name = any (p_names) and not exists (select from held h where h.id = j.id)
    order by j.priority, j.run_at, j.id limit c_most_counted
  )
  select count(*), clock_timestamp() - min(w.run_at) into v_waiting, v_oldest from waiting w;

  return greatest(0, least(p_max_drainers, 2 * v_awake, greatest(
    ceil(v_waiting / v_capacity::numeric), case when v_oldest > interval '2 seconds' then v_awake + 1 else 0 end)) - v_awake);
end
$$;

create function linger(p_drainer integer, p_lingering boolean) returns void
language sql volatile set search_path from current
as $$
  update drainers d set lingering = p_lingering where d.id = p_drainer
$$;

-- Tells those who wait that jobs have come. A notification makes commits wait for each other, so there is none while
-- nobody waits.
create function notify_lingering() returns void
language plpgsql volatile set search_path from current
as $$
begin
  if exists (select from drainers d where d.lingering) then
    perform pg_notify(current_schema(), '');
  end if;
end
$$;

create function register_definitions(p_definitions json) returns void
language sql volatile set search_path from current
as $$
  insert into definitions as d (name, timeout_ms)
  select p.name, p.timeout_ms from json_to_recordset(p_definitions) p (name text, timeout_ms integer) order by p.name
  on conflict (name) do update set timeout_ms = excluded.timeout_ms, seen_at = now()
    where d.timeout_ms is distinct from excluded.timeout_ms or d.seen_at < now() - interval '1 hour'
$$;

create function remember_durations(p_durations json) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_name text;
  v_counts integer[];
begin
  for v_name, v_counts in
    select o.key, array(select json_array_elements_text(o.value)::integer) from json_each(p_durations) o order by o.key
  loop
    update definitions d set durations = add_counts(d.durations, v_counts) where d.name = v_name;
  end loop;
end
$$;

-- Adds two histograms. A full one is halved first, so that what happened lately weighs more.
create function add_counts(p_old integer[], p_new integer[]) returns integer[]
language sql immutable parallel safe
as $$
  select array_agg(coalesce(u.old, 0) / case when (select sum(n) from unnest(p_old) n) > 10000 then 2 else 1 end + coalesce(u.new, 0) order by u.place)
  from unnest(p_old, p_new) with ordinality u (old, new, place)
$$;

-- The milliseconds within which this share of the executions ended; null while there are too few to tell.
create function share_takes(p_durations integer[], p_share double precision) returns integer
language sql immutable parallel safe
as $$
  select ceil(2 ^ (b.place / 4.0))::integer
  from (select u.place, sum(u.count) over (order by u.place) as below, sum(u.count) over () as total
        from unnest(p_durations) with ordinality u (count, place)) b
  where b.total >= 10 and b.below >= b.total * p_share
  order by b.place limit 1
$$;

create or replace function schema_version() returns integer language sql immutable as 'select 8';

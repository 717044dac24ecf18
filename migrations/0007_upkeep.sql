-- Upkeep: partitions of the history, paused queues, the version of all this.

-- Prepares the partitions of today and the next days and drops those older than p_keep; forgets idempotency keys
-- after a day. Cheap when there is nothing to do; skipped while another session is at it. It never waits long for
-- a lock, so a reader that holds a partition cannot make the queue stand still behind it.
create function maintain(p_keep interval default '14 days', p_now timestamptz default now()) returns void
language plpgsql volatile set search_path from current set lock_timeout = '200ms'
as $$
declare
  v_today date := (p_now at time zone 'UTC')::date;
begin
  if not pg_try_advisory_xact_lock(lock_space('upkeep'), 0) then
    return;
  end if;
  perform keep_partitions('finished', 'finished_at', v_today, ((p_now - p_keep) at time zone 'UTC')::date);
  perform keep_partitions('executions', 'ended_at', v_today, ((p_now - p_keep) at time zone 'UTC')::date);
  delete from idempotency_keys k where (k.name, k.key) in (
    select e.name, e.key from idempotency_keys e where e.created_at < p_now - interval '24 hours' for update skip locked);
  delete from drainers d where d.id in (
    select e.id from drainers e where e.ended_at < p_now - p_keep for update skip locked);
end
$$;

-- Each half stops at the first lock it does not get, and keeps what it has done: the next drain tries again, and till
-- then the default partition takes what belongs to a day that is not prepared.
create function keep_partitions(p_parent text, p_key text, p_today date, p_oldest date) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_day date;
  v_expired text;
begin
  for v_day in
    select p_today + ahead from generate_series(0, 3) ahead
    where to_regclass(p_parent || to_char(p_today + ahead, '_YYYYMMDD')) is null
  loop
    exit when not prepare_partition(p_parent, p_key, v_day);
  end loop;

  for v_expired in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = p_parent::regclass and c.relname ~ '_\d{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') < p_oldest
    order by c.relname
  loop
    exit when not drop_partition(v_expired);
  end loop;
end
$$;

-- Answers whether it got the locks it needed.
create function prepare_partition(p_parent text, p_key text, p_day date) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_name text := p_parent || to_char(p_day, '_YYYYMMDD');
  v_from timestamptz := p_day::timestamp at time zone 'UTC';
  v_to timestamptz := (p_day + 1)::timestamp at time zone 'UTC';
begin
  -- Attached when filled, rather than created in place, because that takes no lock that an insert waits for.
  execute format('create table %I (like %I including defaults including constraints)', v_name, p_parent);
  execute format('with moved as (delete from %I where %I >= %L and %2$I < %4$L returning *) insert into %5$I select * from moved',
                 p_parent || '_default', p_key, v_from, v_to, v_name);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', p_parent, v_name, v_from, v_to);
  return true;
exception when lock_not_available then
  return false;
end
$$;

-- Likewise.
create function drop_partition(p_name text) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  execute format('drop table %I', p_name);
  return true;
exception when lock_not_available then
  return false;
end
$$;

-- Jobs of a paused queue are set aside, out of the claim's sight; those that run go on to their end.
create function pause_queue(p_queue text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  insert into queues (name, paused_at) values (p_queue, now()) on conflict (name) do update set paused_at = coalesce(queues.paused_at, now());
  perform set_aside(array(select j.id from jobs j where j.queue = p_queue and j.state in ('ready', 'blocked', 'suspect')));
end
$$;

create function set_aside(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[] := array(select distinct j.concurrency_key from jobs j where j.id = any (p_ids) and j.concurrency_key is not null);
begin
  perform lock_keys(v_keys);
  update jobs j set state = 'paused' where j.id = any (p_ids) and j.state in ('ready', 'blocked', 'suspect');
  perform wake_blocked(v_keys); -- a ready job that is set aside can no longer wake those behind its key
end
$$;

-- Of jobs that are just being claimed: those stored by a transaction that had not yet seen the pause.
create function set_aside_queues(p_ids bigint[], p_paused text[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if p_paused <> '{}' then
    perform set_aside(array(select j.id from jobs j where j.id = any (p_ids) and j.queue = any (p_paused)));
  end if;
end
$$;

create function resume_queue(p_queue text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  update queues q set paused_at = null where q.name = p_queue;
  update jobs j set state = case when j.suspect_group is null then 'ready' else 'suspect' end where j.queue = p_queue and j.state = 'paused';
end
$$;

-- The number of the newest file in migrations/: each later file ends by replacing this.
create function schema_version() returns integer language sql immutable as 'select 7';

do $$ begin perform maintain(); end $$;

-- Whether drainers are to be invoked for jobs that were just committed, because none is awake that will find them. Of
-- those who ask while one is on its way, only the first is told so; one that hasn't come within 2 seconds is not waited for. A
-- job that isn't due within a second needs a drainer only to have the wake-up of idle mode set earlier.
--   p_ids       the jobs
--   p_names     in their place: names of jobs, in whatever queue. Null as well: all that is due
--   p_only_due  the wake-ups of idle mode are left as they are
--   returns     a list of the queues whose jobs need a drainer, each once; '' for jobs of any queue that no pool names
create or replace function request_wake(p_ids bigint[] default null, p_names text[] default null, p_only_due boolean default false) returns json
language plpgsql volatile security definer set search_path from current
set lock_timeout = '50ms' set plan_cache_mode = force_generic_plan
as $$
declare
  v_due job_kind[];
  v_later job_kind[]; -- null: all
  v_wanted job_kind[];
  v_pooled text[]; -- their queues; those that no pool names are one, because a drainer that comes for one finds the jobs of all
  v_new record;
  v_queues text[];
begin
  if p_ids is null then
    perform match_emitted(); -- an emit was perhaps committed just now
    v_due := case when p_names is null then kinds_due() else kinds_of(p_names, null) end;
  else
    with given as (
      select (j.name, j.queue)::job_kind as kind, j.state <> 'scheduled' or j.run_at <= now() + interval '1 second' as is_due
      from unnest(p_ids) given (id), lateral (
        select j.* from jobs j where j.id = given.id and (j.state in ('ready', 'scheduled', 'suspect', 'unkeyed', 'unknown')
          or j.state = 'waiting' and exists (select from due_dependents d where d.child_id = j.id)) limit 1) j
    )
    select array_agg(distinct g.kind) filter (where g.is_due), coalesce(array_agg(distinct g.kind) filter (where not g.is_due), '{}')
    into v_due, v_later from given g;
  end if;
  v_wanted := unattended(coalesce(v_due, '{}'));
  if v_later is distinct from '{}' and not p_only_due then
    v_later := unattended(coalesce(v_later, kinds_late()));
    v_wanted := v_wanted || kinds_late(v_later);
  end if;
  if cardinality(v_wanted) = 0 then
    return '[]';
  end if;
  select array_agg(k), array_agg(pooled(k.queue)) into v_wanted, v_pooled from unnest(v_wanted) k
  where not exists (
    select from wake_requests w
    where w.name = k.name and w.queue = pooled(k.queue) and w.requested_at >= clock_timestamp() - interval '2 seconds');
  if v_wanted is null then
    return '[]';
  end if;

  for v_new in select distinct k.name, k.queue from unnest(v_wanted, v_pooled) k (name, wanted, queue) order by 1, 2 loop
    begin
      insert into wake_requests (name, queue) values (v_new.name, v_new.queue) on conflict do nothing;
    exception when lock_not_available then
      null; -- somebody asks for the name for the first time, in a transaction that stays open
    end;
  end loop;
  with requested as (
    update wake_requests w set requested_at = clock_timestamp()
    where (w.name, w.queue) in (
      select free.name, free.queue from wake_requests free
      where (free.name, free.queue) in (select k.name, k.queue from unnest(v_wanted, v_pooled) k (name, wanted, queue))
        and free.requested_at < clock_timestamp() - interval '2 seconds' for update skip locked)
    returning w.name, w.queue
  )
  select array_agg(distinct k.wanted) into v_queues
  from unnest(v_wanted, v_pooled) k (name, wanted, queue) join requested r on r.name = k.name and r.queue = k.queue;
  return to_json(coalesce(v_queues, '{}'));
end
$$;

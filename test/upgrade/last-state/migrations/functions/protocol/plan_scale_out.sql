-- How many more drainers a drainer at work is to invoke. One for the backlog that it can work off in the next seconds
-- (p_capacity); one more when jobs have waited longer than 2 seconds. The number of those that know one of the names at most
-- doubles, once a second.
--   p_drainer       the drainer
--   p_names         the job names that it performs
--   p_capacity      how many jobs one drainer works off in the next seconds
--   p_max_drainers  how many drainers there may be at once
--   p_pool          the queues of its jobs; null: all. The drainers of a pool are counted for themselves
--   returns         how many to invoke
create or replace function plan_scale_out(p_drainer integer, p_names text[], p_capacity integer, p_max_drainers integer, p_pool pool default null) returns integer
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_most_counted constant integer := 10000;
  v_free integer;
  v_knowing integer;
  v_capacity integer := greatest(1, least(p_capacity, c_most_counted / p_max_drainers));
  v_waiting integer;
  v_names text[] := unpaused(p_names);
  v_queues text[] := queues_of(p_pool, paused('queue'));
  v_oldest interval;
begin
  if not pg_try_advisory_xact_lock(lock_space('scale-out'), 0)
     or exists (select from drainers d where d.ended_at is null and d.pool is not distinct from p_pool and (d.names is null or d.names && p_names)
                                         and d.scaled_out_at > clock_timestamp() - interval '1 second') then
    return 0;
  end if;
  update drainers d set scaled_out_at = clock_timestamp() where d.id = p_drainer;
  v_free := p_max_drainers - 1 - count_awake(p_drainer, null, p_pool);
  if v_free <= 0 then
    return 0;
  end if;
  v_knowing := (not exists (select from claims c where c.drainer_id = p_drainer and c.is_apart))::integer + count_awake(p_drainer, p_names, p_pool);

  with waiting as (
    (select j.run_at from jobs j
     where j.state = 'ready' and j.fair_key is null and j.name = any (v_names) and j.id not in (select unnest(c.job_ids) from claims c)
       and (j.queue = any (v_queues)) <> (p_pool.excepts is not false)
     order by j.priority, j.run_at, j.id limit c_most_counted)
    union all
    (select j.run_at from jobs j
     where j.state = 'ready' and j.fair_key is not null and j.name = any (v_names) and j.id not in (select unnest(c.job_ids) from claims c)
       and (j.queue = any (v_queues)) <> (p_pool.excepts is not false)
     order by j.priority, j.fair_key, j.run_at, j.id limit c_most_counted)
  )
  select count(*), clock_timestamp() - min(w.run_at) into v_waiting, v_oldest from waiting w;

  return greatest(0, least(v_free, greatest(1, v_knowing), greatest(
    ceil(v_waiting / v_capacity::numeric)::integer - v_knowing, case when v_oldest > interval '2 seconds' then 1 else 0 end)));
end
$$;

-- Takes over jobs that a dead drainer had in flight: their executions are recorded as interrupted, and they run again at once,
-- where they stood in the queue, because most deaths are nobody's fault. A job that was in flight at two deaths in a row is a
-- suspect and runs apart from others: in groups of a tenth of those that died together, then a tenth of that, down to one. Only
-- a job that a drainer dies with alone, again, is charged. While nothing can be had of one dead drainer, because somebody holds
-- the rows of its jobs, the next one is tried. A drainer has ended once everything that it had is reaped, or claimed by another.
--
-- A statement of its own, whose locks are the transaction's: a job's lock and the fence that it protects become free together,
-- after the commit. With session locks, others would get the lock while they still see the old fence.
--   p_drainer  who asks
--   p_limit    how many jobs at most
--   returns    how many were taken over, and whether there is more of this drainer; no row when nobody is dead, or others reap
create or replace function reap(p_drainer integer, p_limit integer) returns table (reaped integer, more boolean)
language plpgsql volatile set search_path from current
-- by keys, whatever the statistics of a table that empties all the time say
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_dead integer;
  v_in_flight integer;
  v_is_restarted boolean;
  v_unsettled bigint[];
  v_locked bigint[];
begin
  foreach v_dead in array coalesce((select d.dead from dead_drainers(p_drainer) d), '{}') loop
    select d.in_flight, d.started_at < server_started_at() into v_in_flight, v_is_restarted from drainers d where d.id = v_dead and d.ended_at is null for update skip locked;
    continue when not found;

    v_unsettled := unsettled_of(v_dead);
    v_in_flight := coalesce(v_in_flight, cardinality(v_unsettled));
    with unsettled as materialized (
      select u.id from unnest(v_unsettled) u (id) order by u.id
    ), locked as (
      select u.id from unsettled u where pg_try_advisory_xact_lock(job_lock(u.id)) limit p_limit
    )
    select array_agg(l.id) into v_locked from locked l;

    -- all at once, in the order of keys, and before rows are
    perform lock_keys(array(select p.concurrency_key from permits p where p.job_id = any (v_locked) or p.drainer_id = v_dead));
    v_locked := interrupt(v_locked, v_dead, case when not v_is_restarted then v_in_flight end);
    perform after_settle(v_dead, null, v_locked, null);
    reaped := cardinality(v_locked);
    more := reaped < cardinality(v_unsettled) and unsettled_of(v_dead) <> '{}';
    if not more then
      perform release_permits_of(v_dead);
      delete from claims c where c.drainer_id = v_dead;
    end if;
    update drainers d set in_flight = v_in_flight, lingering = false,
                          ended_at = case when not more then now() end, ending = case when not more then 'died' end
    where d.id = v_dead;
    exit when reaped > 0 or not more;
  end loop;
  if reaped is null then
    return;
  end if;
  return next;
end
$$;

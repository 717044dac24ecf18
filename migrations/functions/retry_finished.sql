-- Puts finished jobs back into the queue, at the places of the history where they are: their ids and failures stay, and their attempts
-- begin anew. The caller has their locks: until the drainer that settled a job has released its lock, it would get that lock again. A
-- row that another transaction has is left. The new fence is far from those of all earlier executions, of which one may still be
-- under way, in a transaction of its own or behind a broken network.
--   retried  the jobs that are in the queue again
--   taken    those whose unique key another job has
--   unkept   those whose payload isn't kept
create or replace function retry_finished(p_places finished_place[], p_by text, out retried bigint[], out taken bigint[], out unkept bigint[])
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of these jobs, and not for all that are kept: each costs half a dozen locks
as $$
declare
  v_paused text[] := paused('queue');
  v_ends batch_end[]; -- how those of batches had ended
  v_times timestamptz[] := array(select given.finished_at from unnest(p_places) given union select '-infinity'); -- never empty, which would read all days
  v_payload_days date[];
begin
  select coalesce(array_agg(f.id) filter (where f.is_unkept), '{}'), array_agg(distinct f.payload_day) || date '-infinity' into unkept, v_payload_days
  from unnest(p_places) given, lateral (
    select f.id, f.payload_day, f.payload is null and f.payload_day is null as is_unkept from finished f
    where f.finished_at = any (v_times) and f.tableoid = given.part and f.ctid = given.place and f.id = given.id limit 1) f;
  p_places := array(select given from unnest(p_places) given where given.id <> all (unkept));
  with past as materialized (
    select f.*, aside.payload as payload_aside, d.computes_key and f.concurrency_key is null as lacks_key,
           case when d.rate_key = 'queue:' then d.rate_key || f.queue else d.rate_key end as rate_key, d.rate,
           coalesce(d.concurrency_limit, 1) as usual_limit, d.holds_key, d.further_limits as usual_further_limits, d.fair_weight,
           (select count(*) from retries r where r.job_id = f.id) as times,
           (select b.id from batches b where b.id = f.batch_id) as known_batch -- null, too, once its batch is forgotten
    from unnest(p_places) given
    cross join lateral (
      select f.* from finished f
      where f.finished_at = any (v_times) and f.tableoid = given.part and f.ctid = given.place and f.id = given.id and f.state in ('discarded', 'canceled')
      limit 1 for update skip locked) f
    left join definitions d on d.name = f.name
    left join payloads aside on aside.day = any (v_payload_days) and aside.day = f.payload_day and aside.job_id = f.id
  ), in_force as materialized (
    select l.concurrency_key, l.concurrency_limit
    from limits_in_force(array(
      select distinct key from past p, unnest(p.concurrency_key || p.further_keys) key where key is not null)) l
  ), stored as (
    insert into jobs (id, name, queue, priority, run_at, enqueued_at, fence, max_attempts, payload, payload_day, unique_key,
                      concurrency_key, concurrency_limit, holds_key, further_keys, further_limits, is_counted, rate_key, rate, fair_key, fair_weight, batch_id, callback_of, has_dependents, tags, metadata, large_bytes, features, state)
    select p.id, p.name, p.queue, p.priority, now(), p.enqueued_at, (p.times % 2000 + 1) * 1000000, p.max_attempts, p.payload, p.payload_day,
           p.unique_key, p.concurrency_key, case when p.concurrency_key is not null or p.lacks_key then case when p.holds_key is null then coalesce(i.concurrency_limit, p.usual_limit) else 1 end end,
           case when p.concurrency_key is not null or p.lacks_key then p.holds_key end,
           p.further_keys, case when p.further_keys is not null then array(
             select coalesce(f.concurrency_limit, p.usual_further_limits[further.place], 1)
             from unnest(p.further_keys) with ordinality further (key, place) left join in_force f on f.concurrency_key = further.key
             order by further.place) end,
           (select true from waiting_limits w where w.kind = 'queue' and w.target = p.queue), p.rate_key, p.rate, p.fair_key,
           case when p.fair_key is not null then p.fair_weight end, p.known_batch, p.callback_of,
           (select true from dependencies d where d.parent_id = p.id limit 1), p.tags, p.metadata,
           large_bytes_of(coalesce(p.payload, p.payload_aside), p.metadata, p.tags),
           features_of(p.concurrency_key, false, p.payload_day, p.rate_key, null, null, (select true from dependencies d where d.parent_id = p.id limit 1),
                       p.further_keys, case when p.concurrency_key is not null or p.lacks_key then p.holds_key end),
           case when exists (select from dependencies d where d.child_id = p.id) then 'waiting' when p.queue = any (v_paused) then 'paused' when p.lacks_key or array_position(p.further_keys, null) is not null or p.rate_key is null and (p.rate).starts is not null then 'unkeyed' else 'ready' end
    from past p left join in_force i on i.concurrency_key = p.concurrency_key order by p.name, p.unique_key, p.id
    on conflict (name, unique_key) where unique_key is not null do nothing
    returning id
  ), noted as (
    insert into retries (job_id, finished_at, attempts, state, retried_by)
    select p.id, p.finished_at, p.attempts, p.state, p_by from past p join stored s on s.id = p.id
  ), forgotten as (
    delete from stored_results r using stored s where r.job_id = s.id returning r.store_key
  ), superfluous as (
    insert into superfluous_objects (store_key) select f.store_key from forgotten f on conflict do nothing
  )
  select array(select s.id from stored s), array(select p.id from past p where p.id not in (select s.id from stored s)),
         array(select (p.known_batch, p.state, p.id, null)::batch_end from past p join stored s on s.id = p.id where p.known_batch is not null)
  into retried, taken, v_ends;
  perform reopen_batches(v_ends);
  perform reopen_dependencies(retried);

  perform note_further_keys(retried) from jobs j where j.id = any (retried) and j.further_keys is not null limit 1;
  delete from finished f using unnest(p_places) given
  where f.finished_at = any (v_times) and f.tableoid = given.part and f.ctid = given.place and f.id = given.id and f.id = any (retried);
  delete from cancellations c where c.job_id = any (retried); -- of a job that finished before its drainer heard of it
end
$$;

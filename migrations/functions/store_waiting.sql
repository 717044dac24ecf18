-- Stores the jobs whose keys no waiting job has, in the order of the keys, and changes or leaves the waiting jobs that have the keys of
-- the others. Each of these stays locked until the caller commits, also if it is left: no drainer begins it before it can see what
-- its enqueuer has written. Of the jobs that come together, the first with a key is stored, and then the last change of each kind
-- counts. Returns for each of the others the job that has its key, and what became of that.
create or replace function store_waiting(p_jobs new_job[], p_carrier jsonb) returns table (new_id bigint, job_id bigint, status text)
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_stored bigint[];
  v_new bigint[];
  v_there bigint[];
begin
  with stored as (
    insert into jobs (id, name, payload, payload_day, queue, priority, run_at, max_attempts, timeout_ms, waiting_key,
                      concurrency_key, concurrency_limit, holds_key, further_keys, further_limits, is_counted, rate_key, rate, fair_key, fair_weight, batch_id, has_dependents, tags, metadata, carrier,
                      large_bytes, expires_at, features, state)
    select distinct on (n.name, n.waiting_key) n.id, n.name, case when n.payload_day is null then n.payload end, n.payload_day, n.queue,
           n.priority, n.run_at, n.max_attempts, n.timeout_ms, n.waiting_key, n.concurrency_key, n.concurrency_limit, n.holds_key, n.further_keys, n.further_limits, n.is_counted, n.rate_key, n.rate, n.fair_key, n.fair_weight, n.batch_id, n.is_parent, n.tags,
           n.metadata, p_carrier, n.large_bytes, n.expires_at, features_in(n), n.state
    from unnest(p_jobs) n order by n.name, n.waiting_key, n.index
    on conflict (name, waiting_key) where waiting_key is not null do update set waiting_key = excluded.waiting_key where false -- locks it
    returning id
  )
  select coalesce(array_agg(s.id), '{}') into v_stored from stored s;
  insert into payloads (day, job_id, payload, store_key)
  select n.payload_day, n.id, n.payload, n.payload_key from unnest(p_jobs) n
  where n.payload_day is not null and n.id in (select unnest(v_stored));
  if exists (select from unnest(p_jobs) n where n.further_keys is not null) then
    perform note_further_keys(v_stored);
  end if;
  if cardinality(v_stored) = cardinality(p_jobs) then
    return;
  end if;

  select array_agg(n.id), array_agg(there.id) into v_new, v_there
  from unnest(p_jobs) n, lateral (
    select j.id from jobs j where j.name = n.name and j.waiting_key = n.waiting_key limit 1) there
  where n.id not in (select unnest(v_stored));
  if exists (select from unnest(p_jobs) n where n.unique_rule ? 'only_queues') then
    perform assert_queues_of(p_jobs, v_new, v_there);
  end if;
  perform replace_waiting(c.jobs, c.ids, p_carrier) from last_changes(p_jobs, v_new, v_there, '{replace}') c where c.ids is not null;
  perform reschedule_waiting(c.jobs, c.ids) from last_changes(p_jobs, v_new, v_there, '{replace,reschedule}') c where c.ids is not null;
  return query
  select n.id, there.job_id,
         case n.unique_rule->>'on_conflict' when 'replace' then 'replaced' when 'reschedule' then 'rescheduled' else 'deduplicated' end
  from unnest(p_jobs) n join unnest(v_new, v_there) there (new_id, job_id) on there.new_id = n.id;
end
$$;

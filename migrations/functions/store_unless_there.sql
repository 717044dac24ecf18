-- Stores the jobs whose unique keys are free, in the order of the keys. Returns for each of the others the unfinished job that has
-- its key. If such a job has finished between the two statements, its key is free, and all is done anew with nothing held: whoever
-- waited for one key while holding a later one could deadlock.
create or replace function store_unless_there(p_jobs new_job[], p_carrier jsonb) returns table (new_id bigint, job_id bigint)
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_stored bigint[];
  v_are_aside boolean; -- whether there are large payloads
  v_new bigint[];
  v_there bigint[];
begin
  loop
    begin
      v_new := null;
      with stored as (
        insert into jobs (id, name, payload, payload_day, queue, priority, run_at, max_attempts, timeout_ms, unique_key,
                          concurrency_key, concurrency_limit, holds_key, further_keys, further_limits, is_counted, rate_key, rate, fair_key, fair_weight, batch_id, has_dependents, tags, metadata, carrier,
                          large_bytes, expires_at, features, state)
        select n.id, n.name, case when n.payload_day is null then n.payload end, n.payload_day, n.queue, n.priority, n.run_at,
               n.max_attempts, n.timeout_ms, n.unique_key, n.concurrency_key, n.concurrency_limit, n.holds_key, n.further_keys, n.further_limits, n.is_counted, n.rate_key, n.rate, n.fair_key, n.fair_weight, n.batch_id, n.is_parent, n.tags, n.metadata, p_carrier,
               n.large_bytes, n.expires_at, features_in(n), n.state
        from unnest(p_jobs) n order by n.name, n.unique_key, n.index
        on conflict (name, unique_key) where unique_key is not null do nothing
        returning id, payload_day
      )
      select coalesce(array_agg(s.id), '{}'), bool_or(s.payload_day is not null) into v_stored, v_are_aside from stored s;
      if v_are_aside then
        insert into payloads (day, job_id, payload, store_key)
        select n.payload_day, n.id, n.payload, n.payload_key from unnest(p_jobs) n
        where n.payload_day is not null and n.id in (select unnest(v_stored));
      end if;
      if exists (select from unnest(p_jobs) n where n.further_keys is not null) then
        perform note_further_keys(v_stored);
      end if;
      exit when cardinality(v_stored) = cardinality(p_jobs);

      select coalesce(array_agg(n.id), '{}'), coalesce(array_agg(there.id), '{}') into v_new, v_there
      from unnest(p_jobs) n, lateral (
        select j.id from jobs j where j.name = n.name and j.unique_key = n.unique_key limit 1) there
      where n.id not in (select unnest(v_stored));
      exit when cardinality(v_stored) + cardinality(v_new) = cardinality(p_jobs);
      raise exception using errcode = 'SL007', message = 'A unique key was freed meanwhile';
    exception when sqlstate 'SL007' then
      null; -- what was stored is undone
    end;
  end loop;
  return query select * from unnest(v_new, v_there);
end
$$;

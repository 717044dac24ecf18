-- Stores the jobs whose unique keys are free, in the order of the keys. Returns for each job the id of the unfinished job that has
-- its key: its own, unless another was there.
create or replace function store_unless_there(p_jobs new_job[], p_carrier jsonb) returns table (new_id bigint, job_id bigint)
language plpgsql volatile set search_path from current
as $$
declare
  v_remaining new_job[] := p_jobs;
  v_new bigint[];
  v_there bigint[];
begin
  while cardinality(v_remaining) > 0 loop
    with stored as (
      insert into jobs (id, name, payload, payload_day, queue, priority, run_at, max_attempts, timeout_ms, unique_key,
                        concurrency_key, concurrency_limit, tags, metadata, carrier, large_bytes, state)
      select n.id, n.name, case when n.payload_day is null then n.payload end, n.payload_day, n.queue, n.priority, n.run_at,
             n.max_attempts, n.timeout_ms, n.unique_key, n.concurrency_key, n.concurrency_limit, n.tags, n.metadata, p_carrier,
             n.large_bytes, n.state
      from unnest(v_remaining) n order by n.name, n.unique_key, n.index
      on conflict (name, unique_key) where unique_key is not null do nothing
      returning id, payload_day
    )
    insert into payloads (day, job_id, payload, store_key)
    select s.payload_day, s.id, n.payload, n.payload_key from stored s join unnest(v_remaining) n on n.id = s.id where s.payload_day is not null;

    select array_agg(n.id), array_agg(there.id) into v_new, v_there
    from unnest(v_remaining) n, lateral (
      select case when n.unique_key is null then n.id
                  else (select j.id from jobs j where j.name = n.name and j.unique_key = n.unique_key) end as id) there
    where there.id is not null;
    return query select * from unnest(v_new, v_there);

    -- of the others the job that was there finished between the two statements: its key is free now
    v_remaining := array(select n from unnest(v_remaining) n where n.id <> all (coalesce(v_new, '{}')));
  end loop;
end
$$;

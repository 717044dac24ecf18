-- Stores any number of jobs in one statement.
--   p_schema_version  the version that the code needs
--   p_jobs            a list of objects: name, payload or payload_key (of one that is in the app's store), and optionally queue, priority, run_at or delay_ms, max_attempts,
--                     timeout_ms, unique_key, idempotency_key, concurrency_key with concurrency_limit, tags, metadata;
--                     by_name: whether its enqueue doesn't have its definition
--   p_carrier         what travels with each of them: correlation id and trace context
--   p_by_name         of a call with such jobs: the queue and the priority of those whose registered definition says nothing
--   returns           a row for each: its index in p_jobs; id and state of the job that is stored; deduplicated: whether that was
--                     already there
create or replace function store_jobs(p_schema_version integer, p_jobs jsonb, p_carrier jsonb default null, p_by_name jsonb default null)
returns table (job_index integer, job_id bigint, job_state text, deduplicated boolean)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_stored integer;
begin
  perform assert_schema_version(p_schema_version);
  if p_by_name is not null then
    p_jobs := apply_definitions(p_jobs, p_by_name);
  end if;

  -- Of jobs that come together under one concurrency key, only as many of each name as may run start out ready: who
  -- settles them wakes the rest. It takes no lock, so an enqueue never waits for another's transaction.
  return query
  with parsed as materialized (
    select p.* from parse_jobs(p_jobs) p where p.unique_key is null and p.idempotency_key is null
  ), incoming as materialized (
    select p.*, p.state as first_state from parsed p where p.concurrency_key is null or p.state <> 'ready'
    union all
    select p.*, case when row_number() over (partition by p.concurrency_key, p.name order by p.priority, p.run_at, p.id) > p.concurrency_limit
                then 'blocked' else 'ready' end
    from parsed p where p.concurrency_key is not null and p.state = 'ready'
  ), aside as (
    insert into payloads (day, job_id, payload, store_key) select i.payload_day, i.id, i.payload, i.payload_key from incoming i where i.payload_day is not null
  ), stored as (
    insert into jobs (id, name, payload, payload_day, queue, priority, run_at, max_attempts, timeout_ms,
                      concurrency_key, concurrency_limit, tags, metadata, carrier, large_bytes, state)
    select i.id, i.name, case when i.payload_day is null then i.payload end, i.payload_day, i.queue, i.priority, i.run_at, i.max_attempts, i.timeout_ms,
           i.concurrency_key, i.concurrency_limit, i.tags, i.metadata, p_carrier, i.large_bytes, i.first_state
    from incoming i
  )
  select i.index, i.id, public_state(i.first_state), false from incoming i;

  get diagnostics v_stored = row_count;
  if v_stored < jsonb_array_length(p_jobs) then
    return query select * from store_keyed_jobs(array(
      select p from parse_jobs(p_jobs) p where p.unique_key is not null or p.idempotency_key is not null), p_carrier);
  end if;
  perform notify_lingering();
end
$$;

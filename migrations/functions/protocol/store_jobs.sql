-- Stores any number of jobs in one statement and answers for each.
-- Each element: name, payload, and optionally queue, priority, run_at or delay_ms, max_attempts, timeout_ms,
-- unique_key, idempotency_key, concurrency_key with concurrency_limit, tags, metadata. p_carrier travels with each of them.
create or replace function store_jobs(p_schema_version integer, p_jobs jsonb, p_carrier jsonb default null)
returns table (job_index integer, job_id bigint, job_state text, deduplicated boolean)
language plpgsql volatile set search_path from current
as $$
declare
  v_stored integer;
begin
  perform assert_schema_version(p_schema_version);

  -- Of jobs that come together under one concurrency key, only as many as may run start out ready; they carry the
  -- promise that the rest will be woken. It takes no lock, so an enqueue never waits for another's transaction.
  return query
  with parsed as materialized (
    select p.* from parse_jobs(p_jobs) p where p.unique_key is null and p.idempotency_key is null
  ), beyond_limit as (
    select o.id from (
      select p.id, p.concurrency_limit, row_number() over (partition by p.concurrency_key order by p.priority, p.run_at, p.id) as place
      from parsed p where p.concurrency_key is not null and p.state = 'ready') o
    where o.place > o.concurrency_limit
  ), incoming as materialized (
    select p.*, case when b.id is null then p.state else 'blocked' end as first_state
    from parsed p left join beyond_limit b on b.id = p.id
  ), stored as (
    insert into jobs (id, name, payload, queue, priority, run_at, max_attempts, timeout_ms,
                      concurrency_key, concurrency_limit, tags, metadata, carrier, large_bytes, state)
    select i.id, i.name, i.payload, i.queue, i.priority, i.run_at, i.max_attempts, i.timeout_ms,
           i.concurrency_key, i.concurrency_limit, i.tags, i.metadata, p_carrier, i.large_bytes, i.first_state
    from incoming i
  )
  select i.index, i.id, told_state(i.first_state), false from incoming i;

  get diagnostics v_stored = row_count;
  if v_stored < jsonb_array_length(p_jobs) then
    return query select * from store_keyed_jobs(array(
      select p from parse_jobs(p_jobs) p where p.unique_key is not null or p.idempotency_key is not null), p_carrier);
  end if;
  perform notify_lingering();
end
$$;

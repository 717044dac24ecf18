-- Turns the objects of store_jobs into rows. A job's size is that of its text, because 1e308 is stored in 8 bytes and sent in
-- 309; with up to 150 bytes stored it is never large. A job with a payload_day has its payload stored in `payloads`.
create or replace function parse_jobs(p_jobs jsonb) returns setof new_job
language sql volatile set search_path from current
as $$
  select nextval('job_ids'), (j.index - 1)::integer, j.name, case when j.payload_key is null then coalesce(j.payload, '{}') end, j.payload_key,
         case when j.payload_key is not null or pg_column_size(j.payload) > max_row_bytes() then (now() at time zone 'UTC')::date end, coalesce(j.queue, 'default'),
         coalesce(j.priority, 0), due.at, j.max_attempts, j.timeout_ms, j.unique_key, j.idempotency_key,
         j.concurrency_key, case when j.concurrency_key is not null or j.computes_key then coalesce(j.concurrency_limit, 1) end,
         j.tags, j.metadata,
         case when due.at > now() then 'scheduled'
              when coalesce(j.queue, 'default') = any (array(select q.name from queues q where q.paused_at is not null)) then 'paused'
              when j.computes_key and j.concurrency_key is null then 'unkeyed'
              else 'ready' end,
         nullif(greatest(4096,
           case when pg_column_size(j.payload) > 150 then octet_length(j.payload::text) else 0 end
           + case when j.metadata is null then 0 else octet_length(j.metadata::text) end
           + case when j.tags is null then 0 else octet_length(array_to_string(j.tags, '","')) end), 4096)
  from rows from (jsonb_to_recordset(p_jobs) as (
         name text, payload jsonb, payload_key text, queue text, priority integer, run_at timestamptz, delay_ms bigint,
         max_attempts smallint, timeout_ms integer, unique_key text, idempotency_key text,
         concurrency_key text, concurrency_limit integer, computes_key boolean, tags text[], metadata jsonb)) with ordinality
       as j (name, payload, payload_key, queue, priority, run_at, delay_ms, max_attempts, timeout_ms, unique_key, idempotency_key,
             concurrency_key, concurrency_limit, computes_key, tags, metadata, index)
  cross join lateral (select coalesce(j.run_at, now() + coalesce(j.delay_ms, 0) * interval '1 millisecond') as at) due
$$;

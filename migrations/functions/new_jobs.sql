-- The jobs of runs, in their order and without ids. A job's size is that of its text, because 1e308 is stored in 8 bytes and sent
-- in 309; with up to 150 bytes stored it is never large. A job with a payload_day has its payload stored in `payloads`.
-- Postgres inlines this into the statements that read from it, so its names are resolved when it is created.
create or replace function new_jobs(p_runs job_run[]) returns setof new_job
language sql stable
begin atomic
  select null::bigint, (r.at + p.place - 1)::integer, r.name, case when r.payload_keys is null then p.payload end,
         r.payload_keys ->> (p.place - 1)::integer,
         case when pg_column_size(p.payload) > max_row_bytes() or r.payload_keys is not null then (now() at time zone 'UTC')::date end,
         r.queue, r.priority, r.run_at, r.max_attempts, r.timeout_ms,
         case when r.unique_rule ->> 'while' is distinct from 'waiting' then derive_unique_key(r.unique_keys, p.place, r.unique_rule, p.payload) end,
         r.idempotency_keys ->> (p.place - 1)::integer,
         r.concurrency_key, r.concurrency_limit, r.holds_key, r.rate_key, r.rate, r.tags, r.metadata, r.state,
         case when pg_column_size(p.payload) > 150 or r.metadata is not null or r.tags is not null then
           large_bytes_of(p.payload, r.metadata, r.tags) end,
         case when r.unique_rule ->> 'while' = 'waiting' then derive_unique_key(r.unique_keys, p.place, r.unique_rule, p.payload) end, r.unique_rule,
         r.expires_at, r.further_keys, r.further_limits, r.fair_key, r.fair_weight, r.is_counted, r.batch_id, r.is_parent
  from unnest(p_runs) r
  cross join lateral jsonb_array_elements(r.payloads) with ordinality p (payload, place);
end;

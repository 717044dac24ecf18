-- Stores jobs as a batch, as store_batch does, once for a request: see store_jobs_once.
--   p_key          of the request
--   p_fingerprint  of its content
--   p_schema_version, p_jobs, p_batch, p_carrier, p_by_name, p_asks  as in store_batch
--   is_replay      whether this is what the first call returned. That may not have woken a drainer, so nothing is attended
create or replace function store_batch_once(p_key text, p_fingerprint text, p_schema_version integer, p_jobs jsonb, p_batch jsonb, p_carrier jsonb default null,
                                p_by_name jsonb default null, p_asks boolean default false)
returns table (batch_id bigint, batch_total integer, job_ids bigint[], job_states text[], statuses text[], attended boolean, is_replay boolean)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_fingerprint text;
begin
  perform assert_schema_version(p_schema_version);
  perform hold_request(p_key);
  select r.fingerprint, r.batch_id, r.batch_total, r.job_ids, r.job_states, r.statuses, false, true
  into v_fingerprint, batch_id, batch_total, job_ids, job_states, statuses, attended, is_replay
  from requests r where r.key = p_key and r.created_at > now() - interval '24 hours';
  if not found then
    select s.*, false into batch_id, batch_total, job_ids, job_states, statuses, attended, is_replay
    from store_batch(p_schema_version, p_jobs, p_batch, p_carrier, p_by_name, p_asks) s;
    insert into requests as r (key, fingerprint, batch_id, batch_total, job_ids, job_states, statuses)
    values (p_key, p_fingerprint, store_batch_once.batch_id, store_batch_once.batch_total, coalesce(store_batch_once.job_ids, '{}'), store_batch_once.job_states, store_batch_once.statuses)
    on conflict (key) do update set fingerprint = excluded.fingerprint, batch_id = excluded.batch_id, batch_total = excluded.batch_total, job_ids = excluded.job_ids,
      job_states = excluded.job_states, statuses = excluded.statuses, created_at = now();
  elsif v_fingerprint <> p_fingerprint or batch_id is null then
    raise exception using errcode = 'SL009', message = 'This idempotency key belongs to another request: give each request a key of its own';
  end if;
  return next;
end
$$;

-- Stores jobs as store_jobs does, once for a request: another call with its key returns what the first one did, for 24 hours. While
-- that is under way it is an error (SL010): who has no answer asks again.
--   p_key          of the request
--   p_fingerprint  of its content: another one under the same key is an error (SL009)
--   p_schema_version, p_jobs, p_carrier, p_by_name, p_asks  as in store_jobs
--   is_replay      whether this is what the first call returned. That may not have woken a drainer, so nothing is attended
create or replace function store_jobs_once(p_key text, p_fingerprint text, p_schema_version integer, p_jobs jsonb, p_carrier jsonb default null,
                                p_by_name jsonb default null, p_asks boolean default false)
returns table (job_ids bigint[], job_states text[], statuses text[], attended boolean, is_replay boolean)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_fingerprint text;
begin
  perform assert_schema_version(p_schema_version);
  perform hold_request(p_key);
  select r.fingerprint, r.job_ids, r.job_states, r.statuses, false, true
  into v_fingerprint, job_ids, job_states, statuses, attended, is_replay
  from requests r where r.key = p_key and r.created_at > now() - interval '24 hours';
  if not found then
    select s.*, false into job_ids, job_states, statuses, attended, is_replay
    from store_jobs(p_schema_version, p_jobs, p_carrier, p_by_name, p_asks) s;
    insert into requests as r (key, fingerprint, job_ids, job_states, statuses)
    values (p_key, p_fingerprint, store_jobs_once.job_ids, store_jobs_once.job_states, store_jobs_once.statuses)
    on conflict (key) do update set fingerprint = excluded.fingerprint, job_ids = excluded.job_ids,
      job_states = excluded.job_states, statuses = excluded.statuses, created_at = now();
  elsif v_fingerprint <> p_fingerprint then
    raise exception using errcode = 'SL009', message = 'This idempotency key belongs to another request: give each request a key of its own';
  end if;
  return next;
end
$$;

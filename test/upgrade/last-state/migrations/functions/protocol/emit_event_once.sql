-- Emits an event as emit_event does, once for a request: see store_jobs_once.
--   p_key          of the request
--   p_fingerprint  of its content
--   p_schema_version, p_event, p_payload, p_event_key, p_carrier, p_by_name, p_asks  as in emit_event, where p_event_key is p_key
create or replace function emit_event_once(p_key text, p_fingerprint text, p_schema_version integer, p_event text, p_payload jsonb, p_event_key text default null,
                                           p_carrier jsonb default null, p_by_name jsonb default null, p_asks boolean default false,
                                           out job_ids bigint[], out resumed_ids bigint[], out attended boolean)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_fingerprint text;
begin
  perform assert_schema_version(p_schema_version);
  perform hold_request(p_key);
  select r.fingerprint, r.job_ids, r.resumed_ids, false into v_fingerprint, job_ids, resumed_ids, attended
  from requests r where r.key = p_key and r.created_at > now() - interval '24 hours';
  if not found then
    select e.* into job_ids, resumed_ids, attended
    from emit_event(p_schema_version, p_event, p_payload, p_event_key, p_carrier, p_by_name, p_asks) e;
    insert into requests as r (key, fingerprint, job_ids, resumed_ids)
    values (p_key, p_fingerprint, emit_event_once.job_ids, emit_event_once.resumed_ids)
    on conflict (key) do update set fingerprint = excluded.fingerprint, job_ids = excluded.job_ids, resumed_ids = excluded.resumed_ids, created_at = now();
  elsif v_fingerprint <> p_fingerprint or resumed_ids is null then
    raise exception using errcode = 'SL009', message = 'This idempotency key belongs to another request: give each request a key of its own';
  end if;
end
$$;

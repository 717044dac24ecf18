-- Stores a job, from SQL in any language, inside the caller's transaction:
--   select sluice.enqueue('welcome', '{"to": "ada@example.org"}', '{"delay": "5m", "queue": "mail"}');
-- Options are those of the API; an unknown option or a wrong value is an error that names it. What they don't say is as in the
-- definition that was registered under this name.
--   returns  the job's id; with a unique or an idempotency key, the id of the job that is already there
create or replace function enqueue(name text, payload jsonb default '{}', options jsonb default '{}') returns bigint
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_payload jsonb := coalesce(payload, '{}');
  v_options jsonb := coalesce(options, '{}');
begin
  perform assert_job(name, payload, v_options);
  if v_options = '{}' then
    return (store_job(schema_version(), name, v_payload::text, p_by_name => '{}')).job_id; -- an expression, which takes no plan
  end if;
  return (select s.job_ids[1] from store_jobs(schema_version(), jsonb_build_array(run_of(name, v_payload, v_options)), null, '{}') s);
end
$$;

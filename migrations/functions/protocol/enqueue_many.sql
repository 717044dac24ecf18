-- Stores many jobs in one statement, all or none, from SQL in any language, inside the caller's transaction:
--   select * from sluice.enqueue_many('[{"name": "welcome", "payload": {"to": "ada@example.org"}, "options": {"delay": "5m"}}]');
-- Each job is as for enqueue; an error begins with the place of the job in the list, as in jobs[3].
--   jobs     the list; null, which jsonb_agg returns if there are no rows, is an empty one
--   returns  the ids in the order of the jobs; with a unique or an idempotency key, the id of the job that is already there
create or replace function enqueue_many(jobs jsonb) returns setof bigint
language plpgsql volatile security definer set search_path from current
as $$
begin
  if jobs is null then
    return;
  end if;
  perform assert_job_list(jobs);
  return query
  select unnest(s.job_ids)
  from store_jobs(schema_version(), runs_of(jobs), null, '{}') s;
end
$$;

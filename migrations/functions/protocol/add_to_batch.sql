-- Adds many jobs to an open batch, as enqueue_many does without one.
--   batch    the id that enqueue_batch returned
--   returns  the ids in the order of the jobs
create or replace function add_to_batch(batch bigint, jobs jsonb) returns setof bigint
language plpgsql volatile security definer set search_path from current
as $$
begin
  if batch is null then
    perform refuse('batch is null: give the id of an open batch');
  end if;
  perform assert_job_list(coalesce(jobs, '[]'));
  if coalesce(jobs, '[]') <> '[]' then
    return query select unnest(s.job_ids) from store_jobs(schema_version(), runs_of(jobs), null, '{}', false, batch) s;
  end if;
end
$$;

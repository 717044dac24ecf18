-- Releases the locks of jobs that the transaction has changed once others can see the change. Until then the transaction holds
-- them beside the session.
create or replace function unlock_at_commit(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform pg_advisory_xact_lock(job_lock(id)) from unnest(p_ids) id;
  perform unlock_jobs(p_ids);
end
$$;

-- Releases every job lock of this session that isn't of p_held: what a claim that failed half-way has left, because session
-- locks outlive a statement that is rolled back.
--   p_held   the jobs whose locks the drainer keeps
--   returns  how many locks were released
create or replace function unlock_strays(p_held bigint[]) returns bigint
language sql volatile set search_path from current
as $$
  with strays as materialized (
    select r.job_id from running_jobs() r where r.pid = pg_backend_pid() and r.job_id <> all (p_held)
  )
  select count(*) filter (where pg_advisory_unlock(job_lock(s.job_id))) from strays s
$$;

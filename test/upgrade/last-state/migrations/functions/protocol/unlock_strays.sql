-- Releases every job lock of this session that isn't of p_held: what a claim that failed half-way has left, because session
-- locks outlive a statement that is rolled back. Doesn't use running_jobs(), which reads pg_database: a shared catalog takes
-- an entry of the server's lock table, and this must work when that is full.
--   p_held   the jobs whose locks the drainer keeps
--   returns  how many locks were released
create or replace function unlock_strays(p_held bigint[]) returns bigint
language sql volatile set search_path from current
as $$
  with mine as materialized (
    select l.classid::bigint << 32 | l.objid::bigint as key from pg_locks l
    where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.objsubid = 1 and l.granted
  ), strays as materialized (
    select m.key & 281474976710655 as job_id from mine m
    where m.key | 281474976710655 = job_lock(281474976710655) and not m.key & 281474976710655 = any (p_held)
  )
  select count(*) filter (where pg_advisory_unlock(job_lock(s.job_id))) from strays s
$$;

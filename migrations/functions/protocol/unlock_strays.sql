-- Gives back every job lock of this session but those of p_held: what a claim that failed half-way has left, because
-- session locks outlive a statement that is rolled back.
create or replace function unlock_strays(p_held bigint[]) returns bigint
language sql volatile set search_path from current
as $$
  with mine as materialized (
    select l.classid::bigint << 32 | l.objid::bigint as key from pg_locks l
    where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.objsubid = 1 and l.granted
  )
  select count(*) filter (where pg_advisory_unlock(m.key)) from mine m
  where m.key | 281474976710655 = job_lock(281474976710655) and not m.key & 281474976710655 = any (p_held)
$$;

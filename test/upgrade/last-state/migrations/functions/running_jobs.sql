-- Jobs whose lock is held, and by which backend. `pg_locks` is read once: callers materialise what they need of it.
-- Inlined, so its body is resolved when it is created.
create or replace function running_jobs() returns table (job_id bigint, pid integer)
language sql stable
begin atomic
  select (l.classid::bigint << 32 | l.objid::bigint) & 281474976710655, l.pid from pg_locks l
  where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
    and l.database = (select oid from pg_database where datname = current_database())
    and (l.classid::bigint << 32 | l.objid::bigint | 281474976710655) = job_lock(281474976710655);
end;

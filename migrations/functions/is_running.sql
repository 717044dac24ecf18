create or replace function is_running(p_id bigint) returns boolean
language sql stable set search_path from current
as $$
  select exists (
    select from pg_locks l where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and l.classid::bigint = job_lock(p_id) >> 32 & 4294967295 and l.objid::bigint = job_lock(p_id) & 4294967295)
$$;

-- The drainers whose session lives, and its backend. `pg_locks` is read once: callers materialise what they need of it.
create or replace function alive_drainers() returns table (drainer_id integer, pid integer)
language sql stable set search_path from current
as $$
  select l.objid::bigint::integer, l.pid from pg_locks l
  where l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.mode = 'ExclusiveLock' and l.classid = lock_space('drainer')::oid
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
$$;

-- How many connections this role may have to this database, and how many of them a drainer may use for transactional jobs.
-- Drainers use four fifths, so that the API and the app have the rest: each drainer has its session, two connections with which
-- its jobs enqueue, and those of its transactions.
--   p_max_drainers  how many drainers there may be at once
--   room            connections at once, over all processes
--   transactions    jobs of each drainer that may be in a transaction of their own
create or replace function connection_budget(p_max_drainers integer)
returns table (room integer, transactions integer)
language sql stable set search_path from current
as $$
  select g.room, greatest(1, g.room * 4 / 5 / p_max_drainers - 3)
  from (
    select least(
      current_setting('max_connections')::integer
        - current_setting('superuser_reserved_connections')::integer
        - coalesce(current_setting('reserved_connections', true)::integer, 0), -- since PostgreSQL 16
      (select r.rolconnlimit from pg_roles r where r.rolname = session_user and r.rolconnlimit >= 0),
      (select d.datconnlimit from pg_database d where d.datname = current_database() and d.datconnlimit >= 0)
    ) as room
  ) g
$$;

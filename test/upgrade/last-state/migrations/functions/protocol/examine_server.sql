-- What there is to know of the server and its sessions, for people: settings, room, and who keeps old rows from being cleared away.
-- Roles without the rights of pg_read_all_stats don't see the transactions of other roles: then `hidden` counts their sessions.
--   p_max_drainers  how many drainers there may be at once; null: as many as the pools that drained in the last day have slots together, and
--                   if none did, 10
--   returns         an object: now, maxDrainers, inRecovery (true: a standby, which accepts no writes), settings, lockRoom, locksHeld,
--                   connectionRoom, transactionalJobs, connected, hidden, oldest (the oldest transaction of this database; null: none)
create or replace function examine_server(p_max_drainers integer) returns json
language sql volatile set search_path from current
as $$
  with slots as (
    select coalesce(p_max_drainers, (
      select sum(p.slots)::integer from (
        select distinct on (d.pool) d.slots from drainers d
        where d.slots is not null and (d.ended_at is null or d.ended_at > now() - interval '1 day') order by d.pool, d.id desc) p), 10) as most
  ), sessions as materialized (
    select a.pid, a.usename, a.application_name, host(a.client_addr) as address, a.state, a.xact_start, a.backend_type, a.query = '<insufficient privilege>' as is_hidden
    from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()
  ), transactions as (
    select s.pid, null as gid, s.usename::text as role, s.application_name::text as application, s.address, s.state, s.xact_start as since
    from sessions s where s.xact_start is not null and s.backend_type <> 'autovacuum worker'
    union all
    select null, p.gid, p.owner::text, null, null, 'prepared', p.prepared from pg_prepared_xacts p where p.database = current_database()
  )
  select json_build_object(
    'now', clock_timestamp(),
    'maxDrainers', s.most,
    'inRecovery', pg_is_in_recovery(),
    'settings', (select json_object_agg(name, current_setting(name, true)) from unnest(array[
      'autovacuum', 'track_counts', 'fsync', 'full_page_writes', 'synchronous_commit', 'default_transaction_read_only', 'max_connections', 'max_locks_per_transaction']) name),
    'lockRoom', lock_room(),
    'locksHeld', (select count(*) from pg_locks),
    'connectionRoom', b.room,
    'transactionalJobs', b.transactions,
    'connected', 1 + (select count(*) from sessions),
    'hidden', (select count(*) from sessions s where s.is_hidden),
    'oldest', (select row_to_json(t) from transactions t order by t.since limit 1))
  from slots s, connection_budget(s.most) b
$$;

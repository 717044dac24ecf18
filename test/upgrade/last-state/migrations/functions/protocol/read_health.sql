-- What tells whether the queue is healthy.
--   p_window_s  how far back executions count, in seconds
--   returns     the backlog as in backlog; how many executions have ended, and how many of these were retried, discarded or
--               interrupted; how many drainers live, and since how long none does, as far as it is known; the job names that no
--               drainer knows, and how many of their jobs wait: up to 1,000 are looked at; the time of the database
create or replace function read_health(p_window_s integer) returns table (ready integer, oldest_ready_age_ms double precision,
  executions bigint, failures bigint, drainers integer, no_drainer_for_ms double precision, unknown_names text[], unknown_jobs integer,
  at timestamptz)
language plpgsql stable set search_path from current set jit = off
as $$
declare
  v_since timestamptz := now() - p_window_s * interval '1 second';
begin
  at := clock_timestamp();
  select b.ready, b.oldest_ready_age_ms into ready, oldest_ready_age_ms from backlog() b;
  select coalesce(sum(m.executions), 0), coalesce(sum(m.failures), 0) into executions, failures
  from (select m.succeeded + m.retried + m.discarded + m.canceled + m.snoozed + m.interrupted as executions,
               m.retried + m.discarded + m.interrupted as failures
        from measures m where m.span_s = 60 and m.starts_at >= v_since and m.name = '' and m.queue = ''
        union all
        select n.succeeded + n.retried + n.discarded + n.canceled + n.snoozed + n.interrupted, n.retried + n.discarded + n.interrupted
        from noted_measures n where n.starts_at >= v_since) m;
  drainers := (
    select count(*) from drainers d join pg_locks l on l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.objid::bigint = d.id
      and l.classid::bigint = (lock_space('drainer')::bigint & 4294967295)
      and l.database = (select o.oid from pg_database o where o.datname = current_database())
    where d.ended_at is null);
  no_drainer_for_ms := case when drainers = 0 then
    (select extract(epoch from clock_timestamp() - d.ended_at) * 1000 from drainers d where d.ended_at is not null order by d.ended_at desc limit 1) end;
  select coalesce(array_agg(distinct u.name), '{}'), count(*) into unknown_names, unknown_jobs
  from (select j.name from jobs j where j.state = 'unknown' limit 1000) u where u.name <> all (paused('name'));
  return next;
end
$$;

-- What there is to know of the upkeep of the tables, for people: partitions, steps of the maintenance, and dead rows of jobs.
--   returns  an object: hasTomorrow, days, oldestDay, failing (steps that have failed three times or more), liveRows, deadRows, bytes
--            (of jobs with its indexes), vacuumedAt
create or replace function examine_upkeep() returns json
language sql stable set search_path from current
as $$
  select json_build_object(
    'hasTomorrow', to_regclass('finished_' || to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD')) is not null,
    'days', p.days,
    'oldestDay', p.oldest_day,
    'failing', (select coalesce(json_agg(json_build_object('step', s.step, 'failures', s.failures, 'error', s.error, 'failedAt', s.failed_at) order by s.step), '[]')
                from maintenance_steps s where s.failures >= 3),
    'liveRows', pg_stat_get_live_tuples('jobs'::regclass),
    'deadRows', pg_stat_get_dead_tuples('jobs'::regclass),
    'bytes', pg_total_relation_size('jobs'),
    'vacuumedAt', greatest(pg_stat_get_last_vacuum_time('jobs'::regclass), pg_stat_get_last_autovacuum_time('jobs'::regclass)))
  from (select count(*) as days, min(substr(c.relname, 10)) as oldest_day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'finished'::regclass and c.relname ~ '^finished_[0-9]') p
$$;

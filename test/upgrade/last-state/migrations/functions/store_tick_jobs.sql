-- Enqueues the jobs of ticks and notes their ids. What is said of overlaps is kept by a concurrency key of the schedule: with the
-- definition's own, if it has one.
create or replace function store_tick_jobs(p_ticks schedule_ticks[]) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  v_jobs jsonb;
  v_stored record;
begin
  select jsonb_agg(case when s.overlap in ('queue', 'cancel') then s.job || one_at_a_time(s) else s.job end || jsonb_build_object('at', t.ordinality - 1,
             'metadata', coalesce(s.job->'metadata', '{}') || jsonb_build_object('schedule',
               jsonb_build_object('key', s.key, 'tick', to_char(t.tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))) order by t.ordinality)
  into v_jobs from unnest(p_ticks) with ordinality t
  join schedules s on s.key = t.schedule_key;
  select s.* into v_stored from store_jobs(schema_version(), v_jobs, null, '{}') s;
  update schedule_ticks t set job_id = done.id, outcome = case done.status when 'deduplicated' then 'deduplicated' else 'enqueued' end
  from unnest(array(select g.schedule_key from unnest(p_ticks) g), array(select g.tick from unnest(p_ticks) g),
              v_stored.job_ids, v_stored.statuses) done (schedule_key, tick, id, status)
  where t.schedule_key = done.schedule_key and t.tick = done.tick;
  return v_stored.job_ids;
end
$$;

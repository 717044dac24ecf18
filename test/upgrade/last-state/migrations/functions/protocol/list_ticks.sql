-- A page of what became of the ticks of a schedule, the newest first, as runs_of_schedule has them.
--   p_key     the schedule
--   p_before  only ticks before this instant, in microseconds since 1970; null: from the last
--   p_limit   how many at most
--   returns   an object: ticks; next, or null: that was all
create or replace function list_ticks(p_key text, p_before bigint default null, p_limit integer default 20) returns json
language sql stable set search_path from current
as $$
  with page as materialized (
    select t.* from schedule_ticks t
    where t.schedule_key = p_key and t.tick < coalesce(timestamptz 'epoch' + p_before * interval '1 microsecond', 'infinity')
    order by t.tick desc limit p_limit
  ), states as materialized (
    select s.* from states_of(array(select p.job_id from page p where p.job_id is not null), (select min(p.created_at) from page p)) s
  )
  select json_build_object(
    'ticks', coalesce(json_agg(json_build_object('tick', p.tick, 'outcome', p.outcome, 'jobId', p.job_id::text, 'jobState', s.state, 'error', p.error,
                                                 'requested', p.is_requested) order by p.tick desc), '[]'),
    'next', case when count(*) = p_limit then (extract(epoch from min(p.tick)) * 1000000)::bigint::text end)
  from page p left join states s on s.job_id = p.job_id
$$;

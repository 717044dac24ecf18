-- A page of a job's errors: up to 50, and 256 KiB of them, but at least one, so that the result stays below a megabyte.
--   p_from   the place of the first one, 0 for the oldest; null: the last ones
--   p_since  its failures are no older, see ended_since
create or replace function errors_of(p_job bigint, p_from integer, p_since timestamptz) returns table (error json, ended_at timestamptz, attempt smallint)
language plpgsql stable set search_path from current
set plan_cache_mode = force_custom_plan -- for the days since then only
as $$
begin
  return query
  with page as materialized (
    (select e.* from failures e where p_from is null and e.job_id = p_job and e.ended_at >= p_since order by e.ended_at desc, e.attempt desc limit 50)
    union all
    (select e.* from failures e where p_from is not null and e.job_id = p_job and e.ended_at >= p_since order by e.ended_at, e.attempt offset p_from limit 50)
  ), told as materialized (
    select p.ended_at, p.attempt, row_number() over (order by p.ended_at, p.attempt) * case when p_from is null then -1 else 1 end as place,
           json_build_object(
             'attempt', p.attempt, 'outcome', p.outcome, 'rule', p.rule, 'class', p.error_class, 'code', p.error_code,
             'message', p.error_message, 'stack', p.error_stack, 'durationMs', p.duration_ms, 'at', p.ended_at, 'drainerId', p.drainer_id,
             'startedAt', p.started_at, 'waitMs', p.waited_ms, 'drainer', (select d.label from drainers d where d.id = p.drainer_id)) as error
    from page p
  ), summed as (
    select t.*, row_number() over (order by t.place) as nth, sum(octet_length(t.error::text)) over (order by t.place) as bytes from told t
  )
  select s.error, s.ended_at, s.attempt from summed s where s.nth = 1 or s.bytes <= 262144;
end
$$;

-- The last ticks of a schedule, with the states of their jobs.
create or replace function runs_of_schedule(p_key text, p_most integer) returns table (tick timestamptz, run json)
language sql volatile set search_path from current
as $$
  with last as materialized (
    select t.* from schedule_ticks t where t.schedule_key = p_key order by t.tick desc limit p_most
  ), states as materialized (
    select s.* from states_of(array(select l.job_id from last l where l.job_id is not null), (select min(l.created_at) from last l)) s
  )
  select l.tick, json_build_object('tick', l.tick, 'outcome', l.outcome, 'jobId', l.job_id::text, 'jobState', s.state, 'error', l.error, 'requested', l.is_requested)
  from last l left join states s on s.job_id = l.job_id
$$;

-- The states of jobs as the API names them, without ids that are unknown or finished before p_finished_since: finding a job in the
-- history takes milliseconds for each day. Which jobs run is told by the locks, which are read once for all.
create or replace function states_of(p_ids bigint[], p_finished_since timestamptz) returns table (job_id bigint, state text)
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days since then, and not for all of them
as $$
begin
  return query
  with running as materialized (
    select r.job_id as id from running_jobs() r
  ), live as materialized (
    select j.id, case when j.id in (select r.id from running r) then 'running'
                      when j.state in ('ready', 'suspect', 'unknown', 'unkeyed')
                           and (j.queue = any (array(select unnest(paused('queue')))) or j.name = any (array(select unnest(paused('name'))))) then 'blocked'
                      when j.state = 'scheduled' and j.has_progress and (exists (select from waiting_jobs w where w.job_id = j.id and w.is_waiting)
                or exists (select from event_waits w where w.job_id = j.id and w.is_waiting and w.payload is null)) then 'waiting'
                      else public_state(j.state) end as state
    from jobs j where j.id = any (p_ids)
  )
  select l.id, l.state from live l
  union all
  select past.id, past.state from unnest(p_ids) asked (id), lateral (select f.id, f.state from finished f where f.id = asked.id and f.finished_at >= p_finished_since limit 1) past
  where asked.id not in (select l.id from live l);
end
$$;

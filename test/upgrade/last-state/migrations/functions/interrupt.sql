-- Ends the executions of those of p_ids that the dead drainer still has in flight. The caller holds their locks. A row that
-- another transaction has locked is left for later: it may be a transactional job's own, about to commit.
--   p_in_flight  how many jobs the drainer had; null: the server was restarted, which is no job's fault, so no death is counted
--   returns      the ids that were interrupted
create or replace function interrupt(p_ids bigint[], p_dead integer, p_in_flight integer) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  v_interrupted bigint[];
begin
  with dead as materialized (
    select j.id, coalesce(p_in_flight = 1 and 1 in (j.suspect_group, j.died_with), false) as is_guilty,
           case when p_in_flight is null then j.suspect_group
                when j.suspect_group is not null then greatest(1, ceil(least(p_in_flight, j.suspect_group) / 10.0))
                when j.died_with is not null then greatest(1, ceil(p_in_flight / 10.0)) end as suspect_group
    from held_by(p_dead) held join jobs j on j.id = held.job_id and j.fence = held.fence
    where j.id = any (p_ids) for update of j skip locked
  ), interrupted as (
    update jobs j set
      state = case when is_paused(j.queue) then 'paused' when d.suspect_group is null then 'ready' else 'suspect' end,
      fence = j.fence + 1,
      suspect_group = d.suspect_group,
      died_with = coalesce(p_in_flight, j.died_with),
      attempts = least(j.attempts + d.is_guilty::integer, 32767),
      interruptions = j.interruptions + d.is_guilty::integer
    from dead d where j.id = d.id
    returning j.id, j.name, j.queue, least(j.attempts + (not d.is_guilty)::integer, 32767) as attempt
  ), measured as (
    insert into noted_measures (starts_at, name, queue, interrupted)
    select date_bin('1 minute', now(), 'epoch'), i.name, i.queue, count(*) from interrupted i group by 2, 3
  ), recorded as (
    insert into failures (job_id, attempt, outcome, error_class, error_code, error_message, drainer_id, name, fingerprint)
    select i.id, i.attempt, 'interrupted', 'InterruptedError', 'interrupted',
           case when p_in_flight is null then format('The server was restarted under drainer %s', p_dead)
                when p_in_flight = 1 then format('Drainer %s died with this job alone in flight', p_dead)
                else format('Drainer %s died with %s jobs in flight', p_dead, p_in_flight) end, p_dead,
           i.name, 'interrupted'
    from interrupted i
  )
  select array_agg(i.id) into v_interrupted from interrupted i;
  perform note_late_arrivals();
  return coalesce(v_interrupted, '{}');
end
$$;

-- What a dead drainer held and did not settle becomes interrupted executions, and ready again at once, as suspects:
-- one of them may be what killed it. They run again apart from other jobs: first all together, because most deaths are
-- nobody's fault; if that drainer dies too, in groups of a tenth, then a tenth of that, down to one. Whoever kills a
-- drainer alone is guilty, and only that is charged. Jobs that others hold by now are left to them.
create or replace function bury(p_drainer integer, p_dead integer) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  v_suspects bigint[];
  v_count integer;
begin
  -- Deleting the claims is the gate: of two that bury the same drainer, the second waits here and finds none.
  with held as materialized (
    delete from claims c where c.drainer_id = p_dead returning c.job_ids, c.fences
  ), unsettled as materialized (
    select j.id from held, unnest(held.job_ids, held.fences) h (job_id, fence)
    join jobs j on j.id = h.job_id and j.fence = h.fence
    where not exists (select from held_by(p_drainer) mine where mine.job_id = j.id)
  ), locked as materialized (
    select u.id, pg_try_advisory_lock(job_lock(u.id)) as free from unsettled u
  )
  select array_agg(l.id) filter (where l.free), count(*) into v_suspects, v_count from locked l;

  with verdict as (
    select j.id, j.fence, v_count = 1 and coalesce(j.suspect_group, 0) = 1 as guilty from jobs j where j.id = any (v_suspects)
  ), suspects as (
    update jobs j set
      state = case when is_paused(j.queue) then 'paused' else 'suspect' end,
      fence = j.fence + 1,
      suspect_group = case when j.suspect_group is null then v_count else greatest(1, ceil(least(v_count, j.suspect_group) / 10.0)) end,
      attempts = j.attempts + v.guilty::integer,
      interruptions = j.interruptions + v.guilty::integer
    from verdict v where j.id = v.id and j.fence = v.fence
    returning j.id, j.attempts + (not v.guilty)::integer as attempt
  )
  insert into executions (job_id, attempt, outcome, error_class, error_message, drainer_id)
  select s.id, s.attempt, 'interrupted', 'InterruptedError', format('Drainer %s died with %s jobs in flight', p_dead, v_count), p_dead
  from suspects s;

  perform release_permits(array(select p.job_id from permits p where p.drainer_id = p_dead));
  update drainers d set ended_at = now(), ending = 'died', lingering = false where d.id = p_dead;
  perform unlock_jobs(v_suspects);
  return coalesce(cardinality(v_suspects), 0);
end
$$;

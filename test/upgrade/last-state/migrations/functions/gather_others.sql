-- Has a batch wait for jobs, too, that were there already and aren't of it: those that are unfinished are marked, so that their ends are
-- counted (see tell_waiters).
create or replace function gather_others(p_batch bigint, p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days in which they have finished
as $$
declare
  v_unfinished bigint[];
  v_places finished_place[];
  v_times timestamptz[];
begin
  with locked as (
    select j.id from jobs j where j.id = any (p_ids) order by j.id for no key update
  ), marked as (
    update jobs j set is_awaited = true, features = coalesce(j.features, 0) | 32 from locked l where j.id = l.id returning j.id
  ), awaited as (
    insert into awaited_jobs (job_id) select m.id from marked m on conflict do nothing
  ), gathered as (
    insert into gathered_jobs (batch_id, job_id) select p_batch, m.id from marked m
  )
  select coalesce(array_agg(m.id), '{}') into v_unfinished from marked m;
  perform count_added(p_batch, cardinality(v_unfinished));
  -- in a later statement: whoever ended them meanwhile has committed
  v_places := places_of(array(select given.id from unnest(p_ids) given (id) where given.id <> all (v_unfinished)));
  v_times := array(select distinct given.finished_at from unnest(v_places) given);
  insert into gathered_jobs (batch_id, job_id, outcome, result)
  select p_batch, past.id, past.state, past.result
  from unnest(v_places) given, lateral (
    select f.id, f.state, f.result from finished f
    where f.finished_at = any (v_times || timestamptz '-infinity') and f.finished_at = given.finished_at and f.id = given.id limit 1) past;
end
$$;

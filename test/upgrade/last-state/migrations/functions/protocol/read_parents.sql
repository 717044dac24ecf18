-- The jobs that a job runs after, as a list of JSON: id, step (its name in the workflow of the job; null: it isn't one of it), name, state, result,
-- resultKey, payloadKept and error, its last one. Without a name, its history has been dropped.
--   p_job  the job
create or replace function read_parents(p_job bigint) returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days in which the parents have ended
as $$
declare
  v_times timestamptz[];
  v_failures_since timestamptz;
begin
  select array_agg(distinct d.ended_at), ended_since(first_enqueued(array_agg((null, null, d.parent_id, d.ended_at)::finished_place) filter (where d.outcome = 'discarded')))
  into v_times, v_failures_since from dependencies d where d.child_id = p_job and d.ended_at is not null;
  return (select coalesce(json_agg(json_build_object(
    'id', d.parent_id::text, 'step', w.steps[array_position(w.job_ids, d.parent_id)], 'name', coalesce(live.name, past.name),
    'state', coalesce(public_state(live.state), past.state, d.outcome), 'result', past.result,
    'resultKey', (select r.store_key from stored_results r where r.job_id = d.parent_id),
    'payloadKept', num_nonnulls(past.payload, past.payload_day) > 0,
    'error', (select json_build_object('class', e.error_class, 'code', e.error_code, 'message', e.error_message)
              from failures e where past.state = 'discarded' and e.job_id = d.parent_id and e.ended_at >= v_failures_since order by e.ended_at desc limit 1)) order by d.parent_id), '[]')
  from dependencies d
  left join jobs child on child.id = d.child_id
  left join workflows w on w.batch_id = child.batch_id
  left join jobs live on live.id = d.parent_id
  left join lateral (
    select f.name, f.state, f.result, f.payload, f.payload_day from finished f where f.id = d.parent_id and f.finished_at = d.ended_at and f.finished_at = any (v_times || timestamptz '-infinity') limit 1) past on true
  where d.child_id = p_job);
end
$$;

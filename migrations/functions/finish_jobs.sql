-- Moves jobs that have ended from the backlog into the history. Place n of each array is one execution; arrays that are null
-- say the usual: succeeded, without a result, an attempt charged, ended now. A job whose fence has moved on isn't touched.
--   finished   the ids that were moved
--   attempts   place n: how many attempts the job of place n of `finished` has used
--   concerned  those of `finished` that concern a feature which after_settle serves; null: none
--   ends       how those ended that are jobs of a batch; null: none is
--   parents    how those ended for which other jobs wait; null: none is
create or replace function finish_jobs(
  p_drainer integer, p_ids bigint[], p_fences integer[], p_durations_ms integer[], p_outcomes text[] default null,
  p_results jsonb[] default null, p_charges_attempt boolean[] default null, p_ended_ms_ago bigint[] default null,
  out finished bigint[], out attempts integer[], out concerned bigint[], out ends batch_end[], out parents parent_end[])
language plpgsql volatile set search_path from current
-- one plan serves all calls: making it takes longer than moving a few jobs
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
begin
  with gone as (
    delete from jobs j
    using unnest(p_ids, p_fences, p_durations_ms, p_outcomes, p_results, p_charges_attempt, p_ended_ms_ago)
      o (id, fence, duration_ms, outcome, result, charges_attempt, ended_ms_ago)
    where j.id = o.id and j.fence = o.fence
    -- the columns by name, because each of the others would cost as much
    returning j.id, j.name, j.queue, j.priority, j.payload, j.payload_day, j.max_attempts, j.enqueued_at, j.run_at, j.unique_key,
              j.concurrency_key, j.further_keys, j.fair_key, j.batch_id, j.callback_of, j.tags, j.metadata, j.features, o.duration_ms, coalesce(o.outcome, 'succeeded') as outcome, o.result,
              least(j.attempts + coalesce(o.charges_attempt, true)::integer, 32767) as attempt,
              now() - (coalesce(o.ended_ms_ago, 0) + o.duration_ms) * interval '1 millisecond' as began_at
  ), kept as (
    insert into finished (id, state, name, queue, priority, payload, payload_day, result, attempts, max_attempts, enqueued_at, run_at,
                          started_at, duration_ms, drainer_id, unique_key, concurrency_key, further_keys, fair_key, batch_id, callback_of, tags, metadata)
    select g.id, g.outcome, g.name, g.queue, g.priority, g.payload, g.payload_day, g.result, g.attempt, g.max_attempts, g.enqueued_at, g.run_at,
           g.began_at, g.duration_ms, p_drainer, g.unique_key, g.concurrency_key, g.further_keys, g.fair_key, g.batch_id, g.callback_of, g.tags, g.metadata
    from gone g
  )
  select array_agg(g.id), array_agg(g.attempt), array_agg(g.id) filter (where g.features & ~76 <> 0),
         array_agg((g.batch_id, g.outcome, g.id, g.result)::batch_end) filter (where g.batch_id is not null),
         array_agg((g.id, g.outcome)::parent_end) filter (where g.features & 64 <> 0)
  into finished, attempts, concerned, ends, parents from gone g;
end
$$;

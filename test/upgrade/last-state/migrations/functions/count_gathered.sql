-- Counts the ends of jobs for which batches wait that they aren't of (see gather_others), in the transaction that ends them.
create or replace function count_gathered(p_finished bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for this day only
as $$
declare
  v_now timestamptz := now();
  v_ends batch_end[];
begin
  if not exists (select from gathered_jobs g where g.job_id = any (p_finished) and g.outcome is null) then
    return;
  end if;
  with ended as (
    update gathered_jobs g set outcome = past.state, result = past.result
    from unnest(p_finished) given (id), lateral (
      select f.state, f.result from finished f where f.id = given.id and f.finished_at >= v_now limit 1) past
    where g.job_id = given.id and g.outcome is null
    returning g.batch_id, g.outcome
  )
  select array_agg((e.batch_id, e.outcome, null, null)::batch_end) into v_ends from ended e;
  perform count_ends(v_ends);
end
$$;

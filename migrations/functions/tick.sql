-- What is done about once a second by whoever looks from the start: jobs of schedules are enqueued, jobs of batches whose gatherer has
-- finished are canceled, waits end whose events were committed late or whose tokens by who could not see them, batches without pending jobs finish, jobs that waited for others are seen to, due jobs are promoted, jobs whose names are known again come
-- back, throttled ones that may start are made ready, and what no event finds is repaired (docs/decisions/0023-tick.md). All of it is done in sets, and waits for no lock.
--   p_since  what was due by then was promoted before; null: nothing was
--   returns  whether there may be more of it
create or replace function tick(p_names text[], p_since timestamptz default null, p_pool pool default null) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_rare record;
  v_more boolean := false;
begin
  select r.* into v_rare from rare_work(p_since) r;
  if v_rare.for_tick then
    v_more := enqueue_ticks();
    perform resume_unseen();
    perform cancel_orphans();
    perform fold_batches(); -- before the promotion of a job that has waited for one
    v_more := match_emitted() or v_more;
    v_more := advance_dependents() or v_more;
  end if;
  if v_rare.is_due or v_rare.for_tick then -- what was just done may have made jobs due
    v_more := promote_due(p_since) or v_more;
  end if;
  if v_rare.for_tick then
    v_more := release_known(p_names) or v_more;
    perform unthrottle_due(p_names);
  end if;
  return v_rare.is_repair_due and repair(p_names, p_pool) or v_more;
end
$$;

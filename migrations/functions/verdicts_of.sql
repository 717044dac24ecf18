-- What becomes of jobs that wait for others, by what is committed now.
--   child_id  the job
--   verdict   free: it waits for nothing; cancel: a parent has failed; wait; unknown: it isn't known how a parent has ended that is gone
create or replace function verdicts_of(p_children bigint[]) returns table (child_id bigint, verdict text)
language sql stable set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select given.id, case when e.is_failed then 'cancel' when e.is_unknown then 'unknown' when e.is_pending or e.is_held then 'wait' else 'free' end
  from unnest(p_children) given (id) cross join lateral (
    select bool_or(d.outcome is null and p.is_there is true) as is_pending,
           bool_or(d.outcome is null and p.is_there is null) as is_unknown,
           bool_or(d.outcome in ('discarded', 'canceled') and d.on_failure = 'fail') as is_failed,
           bool_or(d.outcome in ('discarded', 'canceled') and d.on_failure = 'wait' or d.outcome = 'awaited') as is_held
    from dependencies d
    left join lateral (select true as is_there from jobs j where d.outcome is null and j.id = d.parent_id limit 1) p on true
    where d.child_id = given.id) e
$$;

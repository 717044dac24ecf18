-- What follows for those that run after each other once jobs are in the queue again: their dependents wait for them, and they wait for those of their own
-- parents that have failed and may be retried, too. Locks what it changes in one order, as others do that retry.
--   p_retried  the jobs, which this transaction has put back
create or replace function reopen_dependencies(p_retried bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_free bigint[];
  v_due bigint[];
begin
  perform from dependencies d
  where d.parent_id = any (p_retried) and d.outcome is not null or d.child_id = any (p_retried) and d.outcome in ('discarded', 'canceled')
  order by d.child_id, d.parent_id for update;
  update dependencies d set outcome = null, ended_at = null where d.parent_id = any (p_retried) and d.outcome is not null;
  update dependencies d set outcome = 'awaited'
  where d.child_id = any (p_retried) and d.outcome in ('discarded', 'canceled') and d.on_failure <> 'continue';
  select array_agg(v.child_id) filter (where v.verdict = 'free'), array_agg(v.child_id) filter (where v.verdict <> 'free') into v_free, v_due
  from verdicts_of(array(select j.id from jobs j where j.id = any (p_retried) and j.state = 'waiting')) v;
  perform release_dependents(v_free);
  -- a parent may not be marked, or end before this is committed, and a job may be stored meanwhile that runs after one of these
  perform note_dependents(v_due);
  perform note_parents(p_retried);
end
$$;

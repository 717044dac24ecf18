-- Notes with the jobs that run after them that jobs have ended, and makes ready whatever waits for nothing else. What is to be canceled because of
-- it is left to advance_dependents, and so are all but a thousand jobs, so that no settle has to move many thousands. Null: nobody waits for any of them.
create or replace function end_parents(p_ends parent_end[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 1000;
  v_children bigint[];
  v_free bigint[];
  v_due bigint[];
begin
  if p_ends is null then
    return;
  end if;
  if not sees_commits() then
    perform note_parents(array(select e.parent_id from unnest(p_ends) e));
  end if;
  with told as (
    update dependencies d set outcome = e.outcome, ended_at = now()
    from unnest(p_ends) e where d.parent_id = e.parent_id returning d.child_id
  )
  select array_agg(distinct t.child_id) into v_children from told t;
  perform note_dependents(v_children[c_set + 1:]);
  v_children := hold_dependents(v_children[:c_set]);
  -- a later statement than the locks: it sees the ends that their last holders have committed
  select array_agg(v.child_id) filter (where v.verdict = 'free'), array_agg(v.child_id) filter (where v.verdict in ('cancel', 'unknown'))
  into v_free, v_due from verdicts_of(v_children) v;
  perform release_dependents(v_free);
  perform note_dependents(v_due);
end
$$;

-- Looks at a set of the waiting jobs that somebody has left a note of: makes them ready, or cancels them, and those that wait for them in turn, or sees
-- to it that the ends of their parents will be told. Returns whether there may be more.
create or replace function advance_dependents() returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 1000;
  v_notes integer;
  v_children bigint[];
  v_parents bigint[];
  v_more boolean;
  v_free bigint[];
  v_lost bigint[];
begin
  if not exists (select from due_dependents) then
    return false;
  end if;
  with due as (
    delete from due_dependents n
    where n.id = any (array(select f.id from due_dependents f order by f.id limit c_set for update skip locked))
    returning n.child_id, n.parent_id
  )
  select count(*), array_agg(distinct d.child_id) filter (where d.child_id is not null), array_agg(distinct d.parent_id) filter (where d.parent_id is not null)
  into v_notes, v_children, v_parents from due d;
  v_more := note_dependents_of(v_parents); -- for the next look
  v_children := hold_dependents(v_children);
  -- each a later statement than the locks
  perform heal_dependencies(v_children);
  perform mark_parents(v_children);
  select array_agg(v.child_id) filter (where v.verdict = 'free'), array_agg(v.child_id) filter (where v.verdict = 'cancel')
  into v_free, v_lost from verdicts_of(v_children) v;
  perform release_dependents(v_free);
  perform cancel_dependents(v_lost);
  return v_more or v_notes = c_set or v_lost is not null;
end
$$;

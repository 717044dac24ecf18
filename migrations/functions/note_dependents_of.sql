-- Notes the waiting jobs that run after jobs which were ended or retried by somebody who may not have seen all of them. An outcome of which
-- the parent was retried is forgotten: the look at the job finds a later end in the history. Returns whether it has noted any. Null: after none.
create or replace function note_dependents_of(p_parents bigint[]) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days since the first of the ends that are known
as $$
declare
  v_since timestamptz;
  v_waiting bigint[];
  v_children bigint[];
  v_parents bigint[];
begin
  if p_parents is null then
    return false;
  end if;
  v_waiting := array(
    select distinct j.id from unnest(p_parents) given (id) cross join lateral edges_after(given.id) d
    cross join lateral (select j.id from jobs j where j.id = d.child_id and j.state = 'waiting' limit 1) j);
  if v_waiting = '{}' then
    return false;
  end if;
  v_since := (
    select min(coalesce(d.ended_at, '-infinity')) from unnest(v_waiting) child (id) join dependencies d on d.child_id = child.id
    where d.parent_id = any (p_parents) and d.outcome is not null);
  -- an outcome that is told between these two statements is of an edge which the settle of a later end sees, or waits for
  select array_agg(o.child_id), array_agg(o.parent_id) into v_children, v_parents
  from unnest(v_waiting) child (id) cross join lateral (
    select d.child_id, d.parent_id from dependencies d
    where d.child_id = child.id and d.parent_id = any (p_parents) and d.outcome is not null
      and (exists (select from jobs p where p.id = d.parent_id)
           or exists (select from finished f where f.id = d.parent_id and f.finished_at >= v_since and f.finished_at > coalesce(d.ended_at, '-infinity')))
    for update skip locked) o; -- whoever has one tells an end, or puts it right
  update dependencies d set outcome = null, ended_at = null
  from unnest(v_children, v_parents) o (child_id, parent_id) where d.child_id = o.child_id and d.parent_id = o.parent_id;
  perform note_dependents(v_waiting);
  return true;
end
$$;

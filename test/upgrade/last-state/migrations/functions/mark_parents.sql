-- Marks the unfinished parents of waiting jobs (feature 64), so that whatever ends them tells the jobs. An enqueue doesn't do so itself: it may be part
-- of a long transaction, for which the settle of a parent would have to wait. A parent whose row somebody has is left for the next look.
create or replace function mark_parents(p_children bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_unmarked bigint[] := array(
    select distinct j.id from unnest(p_children) given (id) cross join lateral edges_before(given.id) d
    cross join lateral (select j.id from jobs j where j.id = d.parent_id and j.has_dependents is null limit 1) j where d.outcome is null);
begin
  if v_unmarked = '{}' then
    return;
  end if;
  update jobs j set has_dependents = true, features = coalesce(j.features, 0) | 64
  where j.id = any (array(
    select w.id from unnest(v_unmarked) given (id), lateral (
      select j.id from jobs j where j.id = given.id limit 1 for no key update skip locked) w));
  perform note_dependents(array( -- the others
    select distinct d.child_id from unnest(p_children) given (id) cross join lateral edges_before(given.id) d
    left join jobs j on j.id = d.parent_id where d.outcome is null and d.parent_id = any (v_unmarked) and j.has_dependents is null));
end
$$;

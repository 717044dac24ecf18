-- Stores after which jobs new ones run. Those whose parents come in the same call wait for them. Of other parents, one that has ended is looked up in
-- the history; for one that hasn't, a drainer has to see to it that its end is told (see mark_parents), of which a note is left.
--   p_runs, p_ids, p_states, p_statuses  the jobs, and what store_jobs returns of them
--   returns                              their states now
create or replace function store_dependencies(p_runs job_run[], p_ids bigint[], p_states text[], p_statuses text[]) returns text[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_children bigint[]; -- those that have other parents
  v_free bigint[];
  v_held bigint[];
  v_unknown record;
begin
  with given as (
    select p_ids[r.at + a.place] as child_id, r.on_parent_failure,
           case when jsonb_typeof(p.value) = 'number' then p_ids[p.value::integer + 1] else (p.value #>> '{}')::bigint end as parent_id
    from unnest(p_runs) r cross join lateral jsonb_array_elements(r.after) with ordinality a (parents, place)
    cross join lateral jsonb_array_elements(a.parents) p (value)
    where coalesce(p_statuses[r.at + a.place], 'enqueued') = 'enqueued'
  ), stored as (
    insert into dependencies (child_id, parent_id, on_failure)
    select distinct g.child_id, g.parent_id, coalesce(g.on_parent_failure, 'fail') from given g
    returning child_id, parent_id
  )
  select array_agg(distinct s.child_id) into v_children from stored s
  where s.parent_id not in (select n.id from unnest(p_ids, p_statuses) n (id, status) where coalesce(n.status, 'enqueued') = 'enqueued');
  if v_children is null then
    return p_states;
  end if;

  perform heal_dependencies(v_children);
  select d.parent_id, array_position(p_ids, d.child_id) - 1 as at into v_unknown
  from unnest(v_children) c (id) cross join lateral edges_before(c.id) d where d.outcome = 'canceled' and d.ended_at is null order by 2 limit 1;
  if found then
    raise exception using errcode = 'SL006', detail = json_build_object('option', 'after', 'at', v_unknown.at, 'code', 'parent_not_found'),
      message = format('options.after has "%s": no job has this id, or its history was dropped', v_unknown.parent_id);
  end if;
  v_free := array(select v.child_id from verdicts_of(v_children) v where v.verdict = 'free');
  perform release_dependents(v_free) where v_free <> '{}';
  v_held := array(select unnest(v_children) except select unnest(v_free));
  perform note_dependents(v_held);
  -- a parent that has failed may be retried, and end again, before this is committed
  perform note_parents(array(
    select distinct d.parent_id from unnest(v_held) c (id) cross join lateral edges_before(c.id) d where d.outcome in ('discarded', 'canceled')));
  return array(
    select case when given.id = any (v_free) then public_state(j.state) else given.state end
    from unnest(p_ids, p_states) with ordinality given (id, state, place) left join jobs j on j.id = any (v_free) and j.id = given.id
    order by given.place);
end
$$;

-- The steps of a workflow that comes by SQL, as store_jobs takes them: those that it runs after by their places, or as ids of other jobs.
create or replace function runs_of_workflow(p_steps jsonb) returns jsonb
language sql stable set search_path from current
as $$
  with edges as materialized (
    select e.* from edges_of(p_steps) e
  ), afters as materialized (
    select e.place, jsonb_build_array(jsonb_agg(case when e.parent_place is null then to_jsonb(e.parent) else to_jsonb(e.parent_place - 1) end)) as after
    from edges e group by e.place
  )
  select jsonb_agg(run_of(s.step->>'name', coalesce(s.step->'payload', '{}'), coalesce(s.step->'options', '{}') - 'after')
      || jsonb_build_object('at', s.place - 1) || case when a.after is null then '{}' else jsonb_build_object('after', a.after) end
      || case when s.place in (select e.parent_place from edges e where e.parent_place is not null) then '{"is_parent": true}' else '{}'::jsonb end order by s.place)
  from jsonb_array_elements(p_steps) with ordinality s (step, place) left join afters a on a.place = s.place
$$;

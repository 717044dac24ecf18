-- Everything that is known of a workflow, as JSON: what get_batch returns of its batch, its name, and its steps in their order. Null for an id that is
-- unknown, is that of another batch, or whose history has been dropped.
--   p_id  the workflow
create or replace function get_workflow(p_id bigint) returns json
language sql stable set search_path from current
set jit = off
as $$
  with flow as materialized (
    select w.*, b.created_at from workflows w join batches b on b.id = w.batch_id where w.batch_id = p_id
  ), steps as materialized (
    select s.step, s.id, s.place from flow f cross join lateral unnest(f.steps, f.job_ids) with ordinality s (step, id, place)
  ), live as materialized (
    select j.id, j.name from steps s join jobs j on j.id = s.id
  ), states as materialized (
    select t.job_id as id, t.state from states_of(array(select l.id from live l), 'infinity') t
  ), past as materialized (
    select p.* from flow f cross join lateral past_of_batch(p_id, array(select s.id from steps s except select l.id from live l), f.created_at) p
  ), names as materialized (
    select s.id, min(s.step) as step from steps s group by s.id -- two steps may be one job, because of its unique key
  ), edges as materialized (
    select d.child_id as id, jsonb_agg(coalesce(n.step, d.parent_id::text) order by d.parent_id) as after
    from (select distinct s.id from steps s) s join dependencies d on d.child_id = s.id left join names n on n.id = d.parent_id group by d.child_id
  )
  select (get_batch(p_id)::jsonb || jsonb_build_object('name', f.name, 'steps', (
    select jsonb_agg(jsonb_build_object(
      'step', s.step, 'id', s.id::text, 'name', coalesce(l.name, p.name), 'state', coalesce(t.state, p.state), 'reason', p.reason,
      'after', coalesce(e.after, '[]')) order by s.place)
    from steps s left join live l on l.id = s.id left join states t on t.id = s.id left join past p on p.id = s.id left join edges e on e.id = s.id)))::json
  from flow f
$$;

-- Everything that is known of a workflow, as JSON: what get_batch returns of its batch, its name, and its steps in their order. Null for an id that is
-- unknown, is that of another batch, or whose history has been dropped.
--   p_id  the workflow
create or replace function get_workflow(p_id bigint) returns json
language sql stable set search_path from current
set enable_seqscan = off set jit = off
as $$
  select (get_batch(p_id)::jsonb || jsonb_build_object('name', w.name, 'steps', (
    select jsonb_agg(jsonb_build_object(
      'step', s.step, 'id', s.id::text, 'name', coalesce(j.name, past.name), 'state', coalesce(t.state, past.state), 'reason', past.reason,
      'after', (select coalesce(jsonb_agg(coalesce(w.steps[array_position(w.job_ids, d.parent_id)], d.parent_id::text) order by d.parent_id), '[]')
                from dependencies d where d.child_id = s.id)) order by s.place)
    from unnest(w.steps, w.job_ids) with ordinality s (step, id, place)
    left join jobs j on j.id = s.id
    left join states_of(w.job_ids, 'infinity') t on t.job_id = s.id
    left join lateral (
      select f.name, f.state, f.reason from finished f
      where j.id is null and f.id = s.id and f.finished_at >= b.created_at - interval '25 hours' order by f.finished_at desc limit 1) past on true)))::json
  from workflows w join batches b on b.id = w.batch_id where w.batch_id = p_id
$$;

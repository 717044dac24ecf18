-- Stores the jobs of a workflow, all or none, from SQL in any language, inside the caller's transaction:
--   select sluice.enqueue_workflow('order', '[{"step": "charge", "name": "charge"}, {"step": "ship", "name": "ship", "options": {"after": "charge"}}]');
--   name     what the workflow is called
--   steps    a list of objects with step, its name in the workflow; name, payload and options, as for enqueue_many. options.after is the name of
--            a step, the id of a job, or a list of these
--   options  as for enqueue_batch
--   returns  the id of the workflow, which is that of its batch
create or replace function enqueue_workflow(name text, steps jsonb, options jsonb default '{}') returns bigint
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_options jsonb := coalesce(options, '{}');
begin
  perform assert_workflow(name, steps);
  perform assert_batch_options(v_options);
  return (
    select s.batch_id
    from store_batch(schema_version(), runs_of_workflow(steps), batch_of(v_options) || jsonb_build_object('workflow', jsonb_build_object(
      'name', name, 'steps', (select jsonb_agg(step->'step' order by place) from jsonb_array_elements(steps) with ordinality s (step, place)))), null, '{}') s);
end
$$;

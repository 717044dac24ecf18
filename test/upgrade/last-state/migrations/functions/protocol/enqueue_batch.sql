-- Stores many jobs as a batch, from SQL in any language, inside the caller's transaction:
--   select sluice.enqueue_batch('[{"name": "import-row", "payload": {"row": 1}}]', '{"onFinish": {"name": "summary"}, "properties": {"upload": "a.csv"}}');
--   jobs     the list, as for enqueue_many
--   options  an object with any of onFinish, onSuccess and onDiscard (each a job, as one of the list), properties, and parent (the id of an
--            open batch that it is in)
--   returns  the id of the batch
create or replace function enqueue_batch(jobs jsonb, options jsonb default '{}') returns bigint
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_options jsonb := coalesce(options, '{}');
begin
  perform assert_job_list(coalesce(jobs, '[]'));
  perform assert_batch_options(v_options);
  return (
    select s.batch_id
    from store_batch(schema_version(), runs_of(coalesce(jobs, '[]')), batch_of(v_options), null, '{}') s);
end
$$;

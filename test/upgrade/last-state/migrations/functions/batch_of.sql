-- The options of a batch that comes by SQL, as store_batch takes them.
create or replace function batch_of(p_options jsonb) returns jsonb
language sql stable set search_path from current
as $$
  select jsonb_build_object(
    'properties', coalesce(p_options->'properties', '{}'), 'parent', p_options->'parent',
    'callbacks', (select coalesce(jsonb_object_agg(o.key, run_of(o.value->>'name', coalesce(o.value->'payload', '{}'), coalesce(o.value->'options', '{}'))), '{}')
                  from jsonb_each(p_options) o where o.key in ('onFinish', 'onSuccess', 'onDiscard')) || '{"byName": {}}')
$$;

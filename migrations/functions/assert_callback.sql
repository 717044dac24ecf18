-- Refuses what may not be a callback of a batch, for batches that come by SQL: a job without keys, because it is to be stored whatever else
-- there is.
create or replace function assert_callback(p_callback jsonb, p_at text) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['name', 'payload', 'options'];
  c_keys constant text[] := array['unique', 'uniqueKey', 'idempotencyKey', 'after', 'onParentFailure'];
  v_unknown text := (select key from jsonb_object_keys(p_callback) key where not key = any (c_known) limit 1);
  v_key text;
begin
  if v_unknown is not null then
    perform refuse(format('%s.%s is unknown: give name, payload and options', p_at, left(v_unknown, 100)));
  elsif jsonb_typeof(p_callback->'name') is distinct from 'string' then
    perform refuse(format('%s.name is %s: give text', p_at, coalesce(left((p_callback->'name')::text, 100), 'missing')));
  end if;
  perform assert_job(p_callback->>'name', coalesce(p_callback->'payload', '{}'), coalesce(p_callback->'options', '{}'), p_at || ': ');
  v_key := (select key from jsonb_object_keys(coalesce(p_callback->'options', '{}')) key where key = any (c_keys) limit 1);
  if v_key is not null then
    perform refuse(format('%s: options.%s is for jobs that aren''t callbacks: a batch enqueues its callbacks once', p_at, v_key));
  end if;
end
$$;

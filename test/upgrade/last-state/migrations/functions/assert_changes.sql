-- Refuses what a job may not be changed to, as assert_job does for what may not be stored.
create or replace function assert_changes(p_changes jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['runAt', 'delay', 'priority', 'queue', 'payload', 'tags', 'metadata'];
  v_key text;
begin
  if jsonb_typeof(p_changes) is distinct from 'object' then
    perform refuse(format('changes is %s: give a JSON object', left(coalesce(p_changes::text, 'null'), 100)));
  end if;
  for v_key in select k.key from jsonb_object_keys(p_changes) k (key) where k.key <> all (c_known) loop
    perform refuse(format('changes.%s is %s: give one of %s', left(v_key, 100), left((p_changes->v_key)::text, 100), array_to_string(c_known, ', ')));
  end loop;
  perform assert_job('name', coalesce(p_changes->'payload', '{}'), p_changes - 'payload', p_given => 'changes');
end
$$;

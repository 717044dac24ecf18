-- Refuses what may not be the options of a batch, for batches that come by SQL.
create or replace function assert_batch_options(p_options jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['onFinish', 'onSuccess', 'onDiscard', 'properties', 'parent'];
  v_key text;
  v_value jsonb;
begin
  if jsonb_typeof(p_options) <> 'object' then
    perform refuse(format('options is %s: give a JSON object', left(p_options::text, 100)));
  end if;
  for v_key, v_value in select o.key, o.value from jsonb_each(p_options) o loop
    if not v_key = any (c_known) then
      perform refuse(format('options.%s is %s: give one of %s', left(v_key, 100), left(v_value::text, 100), array_to_string(c_known, ', ')));
    elsif v_key = 'parent' then
      if v_value #>> '{}' !~ '^[1-9][0-9]{0,17}$' then
        perform refuse(format('options.parent is %s: give the id of an open batch', left(v_value::text, 100)));
      end if;
    elsif jsonb_typeof(v_value) <> 'object' then
      perform refuse(format('options.%s is %s: give a JSON object', v_key, left(v_value::text, 100)));
    elsif v_key = 'properties' then
      perform assert_json(v_value, 'options.properties', 65536);
    else
      perform assert_callback(v_value, 'options.' || v_key);
    end if;
  end loop;
end
$$;

-- Refuses callbacks that could not be stored when their batch finishes.
create or replace function assert_callbacks(p_callbacks jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  v_callback jsonb;
begin
  for v_callback in select c.value from jsonb_each(p_callbacks) c where c.key in ('onFinish', 'onSuccess', 'onDiscard') loop
    perform assert_known_names(jsonb_build_array(v_callback));
    perform assert_computed(jsonb_build_array(v_callback));
    perform parse_jobs(jsonb_build_array(v_callback), p_callbacks->'byName');
  end loop;
end
$$;

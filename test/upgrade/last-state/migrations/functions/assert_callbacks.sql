-- Refuses callbacks that could not be stored when their batch finishes, or that would not be if a job has their key: a batch enqueues its
-- callbacks once.
create or replace function assert_callbacks(p_callbacks jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  v_event text;
  v_callback jsonb;
  v_run job_run;
begin
  for v_event, v_callback in select c.key, c.value from jsonb_each(p_callbacks) c where c.key in ('onFinish', 'onSuccess', 'onDiscard') loop
    perform assert_known_names(jsonb_build_array(v_callback));
    perform assert_computed(jsonb_build_array(v_callback));
    for v_run in select r.* from unnest(parse_jobs(jsonb_build_array(v_callback), p_callbacks->'byName')) r loop
      if v_run.unique_keys is not null or v_run.unique_rule is not null or v_run.idempotency_keys is not null then
        perform refuse_at(array['options', v_event],
          format('%s: "%s" is unique, by its definition or its options, so it would not be enqueued while another job has its key. '
                 'Give a job without unique, uniqueKey and idempotencyKey: a batch enqueues its callbacks once', v_event, v_run.name));
      end if;
    end loop;
  end loop;
end
$$;

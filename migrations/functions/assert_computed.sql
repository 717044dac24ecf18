-- Refuses jobs that were enqueued by name alone and lack an option that their definition computes from the payload: only its code
-- can, and with another queue, priority, delay or key the job would be another than its definition says.
create or replace function assert_computed(p_jobs jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_fields constant jsonb := '{"queue": ["queue"], "priority": ["priority"], "delay": ["delay_ms", "run_at"],
    "uniqueKey": ["unique_keys"], "idempotencyKey": ["idempotency_keys"], "fairKey": ["fair_key"], "concurrencyKey": ["concurrency_key"]}';
  v_name text;
  v_option text;
  v_at integer;
begin
  if not exists (select from definitions d where d.computes <> '{}') then
    return;
  end if;
  select d.name, c.option, coalesce((job->>'at')::integer, j.place - 1) into v_name, v_option, v_at
  from jsonb_array_elements(p_jobs) with ordinality j (job, place)
  join definitions d on d.name = job->>'name' cross join unnest(d.computes) with ordinality c (option, nth)
  where job ? 'by_name' and not exists (select from jsonb_array_elements_text(c_fields->c.option) f where job->>f is not null)
  order by j.place, c.nth limit 1;
  if v_option is not null then
    raise exception using errcode = 'SL006', detail = json_build_object('option', v_option, 'at', v_at),
      message = format('options.%s is missing: the definition of "%s" computes it from the payload, which an enqueue by name can''t: '
                       'give it, or enqueue with the definition', v_option, v_name);
  end if;
end
$$;

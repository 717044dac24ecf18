-- Stores one job that is due now and has no key: what most enqueues do, with less work than store_jobs.
--   p_schema_version  the version that the code needs
--   p_name            its name
--   p_payload         its payload
--   p_queue           its queue; null: as its definition says, if it comes by name, or the default
--   p_priority        its priority, in the same way
--   p_carrier         what travels with it: correlation id and trace context
--   p_by_name         if its enqueue doesn't have its definition: the queue, the priority and expires_in_ms of a job whose
--                     registered definition says nothing
--   p_asks            whether to find out if a drainer is awake for it; only for a transaction that commits at once
--   job_id            its id
--   job_state         its state
--   attended          whether one is: then nobody has to call request_wake
--   status            as in store_jobs; null: it is enqueued
create or replace function store_job(p_schema_version integer, p_name text, p_payload jsonb, p_queue text default null,
                          p_priority integer default null, p_carrier jsonb default null, p_by_name jsonb default null,
                          p_asks boolean default false, out job_id bigint, out job_state text, out attended boolean, out status text)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_queue text := p_queue;
  v_priority integer := p_priority;
  v_day date := case when pg_column_size(p_payload) > max_row_bytes() then (now() at time zone 'UTC')::date end;
  v_definition definitions;
  v_is_counted boolean;
begin
  if schema_version() < p_schema_version then
    perform assert_schema_version(p_schema_version);
  end if;
  if p_by_name is not null then
    select d.* into v_definition from definitions d where d.name = p_name;
    if v_definition.name is null then
      perform assert_known_names(jsonb_build_array(jsonb_build_object('name', p_name, 'by_name', true)))
      from settings s where s.refuses_unknown_names;
    end if;
    if v_definition.concurrency_limit is not null or (v_definition.rate).starts is not null or v_definition.delay_ms is not null or v_definition.computes <> '{}'
          or v_definition.unique_rule is not null or v_definition.fair_key is not null or v_definition.expires_in_ms is not null or p_by_name ? 'expires_in_ms' then
      select s.job_ids[1], coalesce(s.job_states[1], 'ready'), s.attended, s.statuses[1] into job_id, job_state, attended, status from store_jobs(p_schema_version, jsonb_build_array(jsonb_build_object(
        'name', p_name, 'by_name', true, 'payloads', jsonb_build_array(p_payload), 'queue', p_queue, 'priority', p_priority)),
        p_carrier, p_by_name, p_asks) s;
      return;
    end if;
    v_queue := coalesce(v_queue, v_definition.queue, p_by_name->>'queue');
    v_priority := coalesce(v_priority, v_definition.priority, (p_by_name->>'priority')::integer);
  end if;
  v_queue := coalesce(v_queue, 'default');

  insert into jobs (name, payload, payload_day, queue, priority, carrier, large_bytes, is_counted, state)
  values (p_name, case when v_day is null then p_payload end, v_day, v_queue, coalesce(v_priority, 0), p_carrier,
    case when pg_column_size(p_payload) > 150 then nullif(greatest(4096, octet_length(p_payload::text)), 4096) end,
    (select true from waiting_limits w where w.kind = 'queue' and w.target = v_queue),
    case when exists (select from pauses p where p.kind = 'queue' and p.target = v_queue and lasts(p)) then 'paused' else 'ready' end)
  returning id, public_state(state), is_counted into job_id, job_state, v_is_counted;
  if v_is_counted then
    perform assert_room(array[job_id], null);
  end if;
  if v_day is not null then
    insert into payloads (day, job_id, payload) values (v_day, store_job.job_id, p_payload);
  end if;
  perform pg_notify(current_schema(), '') -- as notify_lingering does
  where exists (select from drainers d where d.lingering and serves(d.pool, v_queue)) and pg_notification_queue_usage() < 0.9;
  attended := p_asks and job_state = 'ready' and is_attended(array[(p_name, v_queue)::job_kind]);
end
$$;

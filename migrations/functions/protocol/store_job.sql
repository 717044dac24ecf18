-- Stores one job that is due now and has no key: what most enqueues do, with less work than store_jobs. Its JSON comes as text, and
-- TypeScript passes all parameters: casts and defaults in a statement that isn't prepared take longer than a statement in here.
--   p_schema_version  the version that the code needs
--   p_name            its name
--   p_payload         its payload: JSON
--   p_queue           its queue; null: as its definition says, if it comes by name, or the default
--   p_priority        its priority, in the same way
--   p_carrier         what travels with it: correlation id and trace context; JSON
--   p_by_name         if its enqueue doesn't have its definition: the queue, the priority and expires_in_ms of a job whose
--                     registered definition says nothing; JSON
--   p_asks            whether to find out if a drainer is awake for it; only for a transaction that commits at once
--   job_id            its id
--   job_state         its state
--   attended          whether one is: then nobody has to call request_wake
--   status            as in store_jobs; null: it is enqueued
create or replace function store_job(p_schema_version integer, p_name text, p_payload text, p_queue text default null,
                          p_priority integer default null, p_carrier text default null, p_by_name text default null,
                          p_asks boolean default false, out job_id bigint, out job_state text, out attended boolean, out status text)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_payload jsonb := p_payload::jsonb;
  v_queue text := p_queue;
  v_priority integer := p_priority;
  v_day date := case when pg_column_size(v_payload) > max_row_bytes() then (now() at time zone 'UTC')::date end;
  v_definition record;
  v_is_counted boolean;
begin
  if schema_version() < p_schema_version then
    perform assert_schema_version(p_schema_version);
  end if;
  if p_by_name is not null then
    select d.queue, d.priority, d.computes <> '{}'
             or num_nonnulls(d.concurrency_limit, (d.rate).starts, d.delay_ms, d.unique_rule, d.fair_key, d.expires_in_ms) > 0 as has_more
    into v_definition from definitions d where d.name = p_name;
    if not found then
      perform assert_known_names(jsonb_build_array(jsonb_build_object('name', p_name, 'by_name', true)))
      from settings s where s.refuses_unknown_names;
    end if;
    if v_definition.has_more or p_by_name <> '{}' and p_by_name::jsonb ? 'expires_in_ms' then
      select s.job_ids[1], coalesce(s.job_states[1], 'ready'), s.attended, s.statuses[1] into job_id, job_state, attended, status from store_jobs(p_schema_version, jsonb_build_array(jsonb_build_object(
        'name', p_name, 'by_name', true, 'payloads', jsonb_build_array(v_payload), 'queue', p_queue, 'priority', p_priority)),
        p_carrier::jsonb, p_by_name::jsonb, p_asks) s;
      return;
    end if;
    v_queue := coalesce(v_queue, v_definition.queue, p_by_name::jsonb->>'queue');
    v_priority := coalesce(v_priority, v_definition.priority, (p_by_name::jsonb->>'priority')::integer);
  end if;
  v_queue := coalesce(v_queue, 'default');

  insert into jobs (name, payload, payload_day, queue, priority, carrier, large_bytes, is_counted, features, state)
  values (p_name, case when v_day is null then v_payload end, v_day, v_queue, coalesce(v_priority, 0), p_carrier::jsonb,
    case when pg_column_size(v_payload) > 150 then nullif(greatest(4096, octet_length(v_payload::text)), 4096) end,
    (select true from waiting_limits w where w.kind = 'queue' and w.target = v_queue), case when v_day is not null then 4 end,
    case when exists (select from pauses p where p.kind = 'queue' and p.target = v_queue and lasts(p)) then 'paused' else 'ready' end)
  returning id, public_state(state), is_counted into job_id, job_state, v_is_counted;
  if v_is_counted then
    perform assert_room(array[job_id], null);
  end if;
  if v_day is not null then
    insert into payloads (day, job_id, payload) values (v_day, store_job.job_id, v_payload);
  end if;
  perform pg_notify(current_schema(), '') -- as notify_lingering does
  where exists (select from drainers d where d.lingering and serves(d.pool, v_queue)) and pg_notification_queue_usage() < 0.9;
  attended := p_asks and job_state = 'ready' and is_attended(array[(p_name, v_queue)::job_kind]);
end
$$;

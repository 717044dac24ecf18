-- Emits an event: enqueues a job of each definition that subscribes to it, and resumes the jobs that wait for it. All of it, or none if
-- the enqueue of one job is refused, and in the caller's transaction.
--   p_schema_version  the version that the code needs
--   p_event           the event's name
--   p_payload         of the event, and of each job
--   p_key             another emit of the event with this key, within 24 hours, does nothing; null: each does
--   p_carrier, p_by_name, p_asks  as in store_jobs
--   job_ids           of the jobs that are stored, or that were already there because of their unique keys
--   resumed_ids       the jobs that waited
--   attended          whether drainers are awake for the jobs that are stored
create or replace function emit_event(p_schema_version integer, p_event text, p_payload jsonb, p_key text default null, p_carrier jsonb default null,
                                      p_by_name jsonb default null, p_asks boolean default false,
                                      out job_ids bigint[], out resumed_ids bigint[], out attended boolean)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_jobs jsonb;
begin
  perform assert_schema_version(p_schema_version);
  perform assert_event(p_event, p_payload);
  if p_key is not null then
    insert into emit_keys as k (event, key) values (p_event, p_key)
    on conflict (event, key) do update set created_at = now() where k.created_at <= now() - interval '24 hours';
    if not found then
      -- in a later statement, which sees what the emit that was waited for has committed
      select k.job_ids, k.resumed_ids, false into job_ids, resumed_ids, attended from emit_keys k where k.event = p_event and k.key = p_key;
      return;
    end if;
  end if;

  v_jobs := (
    select jsonb_agg(jsonb_build_object('name', s.name, 'by_name', true, 'at', s.place - 1, 'payloads', jsonb_build_array(p_payload),
      'metadata', jsonb_build_object('event', jsonb_build_object('name', p_event))) order by s.place)
    from (select d.name, row_number() over (order by d.name) as place
          from definitions d where d.events @> array[p_event] and d.dropped_at is null) s);
  if v_jobs is null then
    job_ids := '{}';
    attended := true;
  else
    select s.job_ids, s.attended into job_ids, attended from store_jobs(p_schema_version, v_jobs, p_carrier, coalesce(p_by_name, '{}'), p_asks) s;
  end if;
  insert into emitted_events (event, payload) values (p_event, p_payload);
  resumed_ids := end_event_waits(p_event, p_payload);
  if resumed_ids <> '{}' then
    perform notify_lingering();
  end if;
  if p_key is not null then
    update emit_keys k set job_ids = emit_event.job_ids, resumed_ids = emit_event.resumed_ids where k.event = p_event and k.key = p_key;
  end if;
end
$$;

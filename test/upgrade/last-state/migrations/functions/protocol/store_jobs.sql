-- Stores any number of jobs in one statement.
--   p_schema_version  the version that the code needs
--   p_jobs            a list of objects, each for jobs in a row that are alike but for their payloads and keys: name, payloads, and
--                     optionally queue, priority, run_at or delay_ms, expires_at or expires_in_ms
--                     (from when it is due), max_attempts, timeout_ms, unique_keys, unique
--                     (see unique_rule_of), idempotency_keys, concurrency_key with concurrency_limit,
--                     further_keys with further_limits, rate_key with rate, fair_key with fair_weight,
--                     tags, metadata; at: how many jobs come before them; by_name:
--                     whether their enqueue doesn't have their definition. The keys are lists as long as that of the payloads;
--                     payload_keys: of payloads in the app's store, in whose places payloads has nulls;
--                     after: for each job a list of those that it runs after, as ids (text) or places in this call (numbers), with
--                     on_parent_failure; is_parent: whether others of this call run after them
--   p_carrier         what travels with each job: correlation id and trace context
--   p_by_name         of a call with jobs by name: the queue and the priority of those whose registered definition says nothing
--   p_asks            whether to find out if drainers are awake for them; only for a transaction that commits at once
--   p_batch           the open batch that they are added to; null: none
--   job_ids           of the jobs that are stored or that were already there, in the order of the call
--   job_states        their states; null: all are ready
--   statuses          enqueued, or of those that were already there: deduplicated, replaced or rescheduled; null: all are enqueued
--   attended          whether a drainer is awake for each of those that are due: then nobody has to call request_wake
create or replace function store_jobs(p_schema_version integer, p_jobs jsonb, p_carrier jsonb default null, p_by_name jsonb default null,
                           p_asks boolean default false, p_batch bigint default null)
returns table (job_ids bigint[], job_states text[], statuses text[], attended boolean)
language plpgsql volatile security definer set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_runs job_run[];
  v_are_aside boolean; -- whether there are large payloads
begin
  perform assert_schema_version(p_schema_version);
  if p_by_name is not null then
    perform assert_known_names(p_jobs);
    perform assert_computed(p_jobs);
  end if;
  v_runs := parse_jobs(p_jobs, p_by_name, p_batch);
  if p_batch is not null then
    perform hold_batch(p_batch);
  end if;

  if exists (select from unnest(v_runs) r
             where r.unique_keys is not null or r.unique_rule is not null or r.idempotency_keys is not null or r.concurrency_key is not null
                or r.rate_key is not null or r.further_keys is not null or r.fair_key is not null) then
    select s.* into job_ids, job_states, statuses from store_keyed_jobs(v_runs, p_carrier) s;
  else
    with stored as (
      insert into jobs (name, payload, payload_day, queue, priority, run_at, max_attempts, timeout_ms, concurrency_limit, is_counted, rate, batch_id, has_dependents, tags, metadata,
                        carrier, large_bytes, expires_at, features, state)
      select j.name, case when j.payload_day is null then j.payload end, j.payload_day, j.queue, j.priority, j.run_at, j.max_attempts,
             j.timeout_ms, j.concurrency_limit, j.is_counted, j.rate, j.batch_id, j.is_parent, j.tags, j.metadata, p_carrier, j.large_bytes, j.expires_at,
             case when num_nonnulls(j.payload_day, j.is_parent) > 0 then features_of(null, false, j.payload_day, null, null, null, j.is_parent, null, null) end, j.state
      from new_jobs(v_runs) j
      returning id, payload_day
    )
    select array_agg(s.id), bool_or(s.payload_day is not null) into job_ids, v_are_aside from stored s;
    if v_are_aside then
      insert into payloads (day, job_id, payload, store_key)
      select j.payload_day, job_ids[j.index + 1], j.payload, j.payload_key from new_jobs(v_runs) j where j.payload_day is not null;
    end if;
    if exists (select from unnest(v_runs) r where r.state <> 'ready') then
      job_states := array(select public_state(j.state) from new_jobs(v_runs) j);
    end if;
  end if;
  if exists (select from unnest(v_runs) r where r.after is not null) then
    job_states := store_dependencies(v_runs, job_ids, job_states, statuses);
  end if;
  if exists (select from waiting_limits) then
    perform assert_room(job_ids, statuses);
  end if;
  if p_batch is not null then
    perform count_added(p_batch, coalesce(cardinality(array_positions(statuses, 'enqueued')), cardinality(job_ids), 0));
  end if;
  perform notify_lingering(array(select distinct r.queue from unnest(v_runs) r));
  attended := p_asks and not exists (select from unnest(v_runs) r where r.state = 'scheduled')
    and is_attended(array(select distinct (r.name, r.queue)::job_kind from unnest(v_runs) r));
  return next;
end
$$;

-- Changes jobs that wait: all of the changes to a job, or none.
--   p_ids          the jobs
--   p_changes      an object with any of runAt or delay, priority, queue, payload, tags, metadata, as in enqueue
--   p_payload_key  of a payload that is in the app's store: its key there, in place of the payload
--   p_key          the concurrency key that goes with the payload; null: it stays
--   p_rate_key     the key of its rate, in the same way
--   p_further_keys the keys of its further limits, in the same way
--   job_id         each of them once
--   name           its name; null: it is unknown
--   state          its state from now on
--   refusal        why it isn't changed: job_running, job_finished or job_not_found; definition_needed: the definition's code computes
--                  a key of it from the payload; job_held: somebody has it for a moment. Null: it is
create or replace function update_jobs(p_ids bigint[], p_changes jsonb, p_payload_key text default null, p_key text default null, p_rate_key text default null,
                                       p_further_keys text[] default null)
returns table (job_id bigint, name text, state text, refusal text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of their payloads, and not for all of them
as $$
declare
  v_jobs record;
  v_keyless bigint[] := '{}'; -- those whose key would have to be computed
  v_ids bigint[];
  v_keys text[];
  v_lines text[];
  v_run_at timestamptz;
  v_payload_days date[];
  v_tags text[];
begin
  perform assert_changes(p_changes);
  v_run_at := coalesce(instant_of(p_changes->'runAt'), now() + duration_ms(p_changes->'delay') * interval '1 millisecond');
  v_tags := array(select jsonb_array_elements_text(p_changes->'tags'));
  v_jobs := take_waiting(p_ids);
  if p_changes ? 'payload' or p_payload_key is not null then
    v_keyless := array(
      select j.id from jobs j join definitions d on d.name = j.name
      where j.id = any (v_jobs.taken)
        and (p_key is null and d.computes_key and j.concurrency_key is not null
             or p_rate_key is null and d.computes_rate_key and j.rate_key is not null
             or p_further_keys is null and array_position(d.further_keys, null) > 0 and array_position(j.further_keys, null) is null and j.further_keys is not null));
  end if;
  v_ids := array(select unnest(v_jobs.taken) except select unnest(v_keyless));
  v_keys := keys_of(array(select j.id from jobs j where j.id = any (v_ids) and (j.state in ('ready', 'suspect') or j.holds_key is not null)));
  v_lines := lines_of(v_ids);
  if p_changes ? 'payload' or p_payload_key is not null then
    perform replace_payloads(v_ids, p_changes->'payload', p_payload_key);
  end if;

  v_payload_days := array(select distinct j.payload_day from jobs j where j.id = any (v_ids) and j.payload_day is not null) || date '-infinity';
  update jobs j set
    state = case when n.is_waiting then j.state when n.run_at > now() then 'scheduled' when n.is_paused then 'paused' when n.lacks_key then 'unkeyed'
                 when n.is_suspect then 'suspect' when n.stays then j.state else 'ready' end,
    run_at = n.run_at, priority = n.priority, queue = n.queue, is_counted = (select true from waiting_limits w where w.kind = 'queue' and w.target = n.queue),
    tags = n.tags, metadata = n.metadata, concurrency_key = n.concurrency_key,
    further_keys = n.further_keys, rate_key = n.rate_key, large_bytes = large_bytes_of(n.payload, n.metadata, n.tags)
  from (
    select w.id, coalesce(v_run_at, w.run_at) as run_at, kept.queue, is_paused(kept.queue) as is_paused,
           coalesce((p_changes->>'priority')::numeric::integer, w.priority) as priority, -- 1.0 is whole too
           case when p_changes ? 'tags' then nullif(v_tags, '{}') else w.tags end as tags,
           coalesce(p_changes->'metadata', w.metadata) as metadata, coalesce(w.payload, aside.payload) as payload,
           kept.concurrency_key, kept.further_keys, kept.rate_key, lacks_key(w) as lacks_key,
           w.suspect_group is not null as is_suspect, w.state = 'waiting' as is_waiting,
           w.state = 'unknown' or w.state in ('blocked', 'behind') and (kept.concurrency_key, kept.further_keys) is not distinct from (w.concurrency_key, w.further_keys)
             or w.state = 'throttled' and kept.rate_key = w.rate_key as stays
    from jobs w
    left join payloads aside on aside.day = any (v_payload_days) and aside.day = w.payload_day and aside.job_id = w.id
    cross join lateral (
      select coalesce(p_changes->>'queue', w.queue) as queue, case when w.concurrency_key = 'queue:' || w.queue then 'queue:' || coalesce(p_changes->>'queue', w.queue)
                  when w.concurrency_key is not null then coalesce(p_key, w.concurrency_key) end as concurrency_key,
             case when w.further_keys is not null then array_replace(
                    case when cardinality(p_further_keys) = cardinality(w.further_keys) then p_further_keys else w.further_keys end, 'queue:' || w.queue,
                    'queue:' || coalesce(p_changes->>'queue', w.queue)) end as further_keys,
             case when w.rate_key = 'queue:' || w.queue then 'queue:' || coalesce(p_changes->>'queue', w.queue)
                  when w.rate_key is not null then coalesce(p_rate_key, w.rate_key) end as rate_key) kept
    where w.id = any (v_ids)) n
  where j.id = n.id;
  if exists (select from further_keys) then
    perform note_further_keys(v_ids);
  end if;
  if v_lines <> '{}' then
    perform lock_free_keys(v_lines); -- as finish_canceled does
  end if;
  perform unblock_jobs(v_keys); -- a job that was ready may do so no longer, when it ends
  perform note_late_arrivals();
  perform notify_lingering();

  return query
  select j.id, j.name, public_state(j.state), case when j.id = any (v_keyless) then 'definition_needed' end from jobs j where j.id = any (v_jobs.taken);
  return query select * from refusals_to_change(p_ids, v_jobs.running, v_jobs.held, v_jobs.taken);
end
$$;

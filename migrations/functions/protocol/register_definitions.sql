-- Registers the definitions of a deployment: jobs that are enqueued by name alone get these policies, until the next
-- deployment registers its own. Names that it no longer has stay known, because drainers of the last deployment may still
-- perform their jobs; they are forgotten once no drainer has known them for two weeks.
--   p_definitions    a list of objects: name, and optionally timeout_ms, queue, priority, delay_ms, concurrency_key or
--                    computes_key, concurrency_limit, holds_key, further_keys with further_limits, rate with rate_key or computes_rate_key, unique_rule, expires_in_ms,
--                    fair_key, fair_weight, keeps_payload, schedules, events, and computes, the names of
--                    other options that are computed
--   p_refuses_unknown  whether an enqueue by a name that nobody has a definition of is an error
create or replace function register_definitions(p_definitions json, p_refuses_unknown boolean) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform from settings s for update; -- of two deployments at once, one waits here
  perform from definitions d order by d.name for update; -- drainers that open or close write to them, in the order of their names
  update settings s set refuses_unknown_names = p_refuses_unknown where s.refuses_unknown_names <> p_refuses_unknown;

  insert into definitions as d (name, timeout_ms, queue, priority, delay_ms, concurrency_key, concurrency_limit, holds_key, computes_key,
                                further_keys, further_limits, rate_key, rate, computes_rate_key, computes,
                                unique_rule, expires_in_ms, fair_key, fair_weight, keeps_payload, schedules, events, registered_at, seen_at)
  select p.name, p.timeout_ms, p.queue, p.priority, p.delay_ms, p.concurrency_key, p.concurrency_limit, p.holds_key, coalesce(p.computes_key, false),
         p.further_keys, p.further_limits, p.rate_key, p.rate, coalesce(p.computes_rate_key, false),
         coalesce(p.computes, '{}'), p.unique_rule, p.expires_in_ms, p.fair_key, p.fair_weight, coalesce(p.keeps_payload, true), p.schedules, p.events, now(), '-infinity'
  from json_populate_recordset(null::definitions, p_definitions) p order by p.name
  on conflict (name) do update set
    timeout_ms = excluded.timeout_ms, queue = excluded.queue, priority = excluded.priority, delay_ms = excluded.delay_ms,
    concurrency_key = excluded.concurrency_key, concurrency_limit = excluded.concurrency_limit, holds_key = excluded.holds_key, computes_key = excluded.computes_key,
    further_keys = excluded.further_keys, further_limits = excluded.further_limits,
    rate_key = excluded.rate_key, rate = excluded.rate, computes_rate_key = excluded.computes_rate_key,
    computes = excluded.computes, unique_rule = excluded.unique_rule, expires_in_ms = excluded.expires_in_ms,
    fair_key = excluded.fair_key, fair_weight = excluded.fair_weight,
    keeps_payload = excluded.keeps_payload, schedules = excluded.schedules, events = excluded.events,
    registered_at = excluded.registered_at, dropped_at = null;

  update definitions d set registered_at = null, dropped_at = now()
  where d.dropped_at is null and d.name not in (select p.name from json_populate_recordset(null::definitions, p_definitions) p);
  perform note_schedules(p_definitions, true);
  delete from definitions d
  where d.registered_at is null and d.seen_at < now() - interval '14 days'
    and (d.events is null or d.dropped_at < now() - interval '14 days'); -- a drainer that comes late doesn't subscribe anew
end
$$;

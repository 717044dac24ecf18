-- Notes what a drainer that opens can perform (see is_definition_changed). A row that is locked is left, because somebody else writes
-- it at this moment.
create or replace function note_definitions(p_definitions json) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_changed text[];
  v_added text[];
begin
  with given as materialized (
    select p.* from json_populate_recordset(null::definitions, p_definitions) p
  ), changed as materialized (
    select g.* from given g join definitions d on d.name = g.name where is_definition_changed(d, g) for no key update of d skip locked
  ), noted as (
  update definitions d set timeout_ms = c.timeout_ms, queue = c.queue, priority = c.priority, delay_ms = c.delay_ms, concurrency_key = c.concurrency_key,
    concurrency_limit = c.concurrency_limit, holds_key = c.holds_key, computes_key = coalesce(c.computes_key, false),
    further_keys = c.further_keys, further_limits = c.further_limits, rate_key = c.rate_key, rate = c.rate,
    computes_rate_key = coalesce(c.computes_rate_key, false), computes = coalesce(c.computes, '{}'),
    unique_rule = c.unique_rule, expires_in_ms = c.expires_in_ms, fair_key = c.fair_key, fair_weight = c.fair_weight,
    keeps_payload = coalesce(c.keeps_payload, true), schedules = c.schedules, events = c.events
  from changed c where d.name = c.name
  returning d.name, d.dropped_at
  )
  select array_agg(n.name) filter (where n.dropped_at is null) into v_changed from noted n;

  with added as (
  insert into definitions (name, timeout_ms, queue, priority, delay_ms, concurrency_key, concurrency_limit, holds_key, computes_key,
                           further_keys, further_limits, rate_key, rate, computes_rate_key, computes, unique_rule, expires_in_ms, fair_key, fair_weight,
                           keeps_payload, schedules, events)
  select p.name, p.timeout_ms, p.queue, p.priority, p.delay_ms, p.concurrency_key, p.concurrency_limit, p.holds_key, coalesce(p.computes_key, false),
         p.further_keys, p.further_limits, p.rate_key, p.rate, coalesce(p.computes_rate_key, false),
         coalesce(p.computes, '{}'), p.unique_rule, p.expires_in_ms, p.fair_key, p.fair_weight,
         coalesce(p.keeps_payload, true), p.schedules, p.events
  from json_populate_recordset(null::definitions, p_definitions) p
  where not exists (select from definitions d where d.name = p.name)
  order by p.name
  on conflict (name) do nothing
  returning name, schedules
  )
  select array_agg(a.name) filter (where a.schedules is not null) into v_added from added a;
  if v_changed || v_added <> '{}' then
    perform note_schedules((select json_agg(d) from json_array_elements(p_definitions) d where d->>'name' = any (v_changed || v_added)), false);
  end if;
end
$$;

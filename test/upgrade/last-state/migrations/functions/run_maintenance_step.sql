-- Does one bounded piece of a maintenance step. Returns whether there may be more of it.
create or replace function run_maintenance_step(p_step text, p_keep interval, p_now timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_today date := (p_now at time zone 'UTC')::date;
  v_oldest date := ((p_now - coalesce(p_keep, longest_retention())) at time zone 'UTC')::date;
begin
  return case p_step
    when 'prepare finished' then prepare_next_partition('finished', 'finished_at', v_today)
    when 'prepare failures' then prepare_next_partition('failures', 'ended_at', v_today)
    when 'prepare payloads' then prepare_next_partition('payloads', 'day', v_today)
    when 'expire by rules' then expire_by_rules(p_now)
    when 'expire finished' then expire_history('finished', 'finished_at', v_oldest)
    when 'expire failures' then expire_history('failures', 'ended_at', v_oldest)
    when 'expire payloads' then expire_payloads(v_oldest, v_today)
    when 'forget stored results' then forget_stored_results((v_oldest)::timestamp at time zone 'UTC')
    when 'forget logs' then delete_older('execution_logs', 'ended_at', v_oldest::timestamp at time zone 'UTC')
    when 'forget superfluous objects' then delete_older('superfluous_objects', 'since', p_now - interval '30 days')
    when 'forget idempotency keys' then delete_older('idempotency_keys', 'created_at', p_now - interval '24 hours')
    when 'forget unique periods' then delete_older('unique_periods', 'until_at', p_now)
    when 'forget requests' then delete_older('requests', 'created_at', p_now - interval '24 hours')
    when 'forget retries' then delete_older('retries', 'retried_at', v_oldest::timestamp at time zone 'UTC')
    when 'forget waits' then forget_waits(p_now - interval '30 days')
    when 'forget emits' then delete_older('emit_keys', 'created_at', p_now - interval '24 hours') or delete_older('emitted_events', 'emitted_at', p_now - interval '7 days')
      or forget_event_waits()
    when 'forget schedule ticks' then delete_older('schedule_ticks', 'created_at', v_oldest::timestamp at time zone 'UTC')
    when 'forget actions' then delete_older('audit_log', 'at', p_now - interval '90 days')
    when 'forget rates' then forget_rates(p_now)
    when 'forget further keys' then forget_further_keys()
    when 'repair batches' then repair_batches()
    when 'forget batches' then forget_batches(v_oldest::timestamp at time zone 'UTC')
    when 'repair dependents' then repair_dependents()
    when 'forget dependencies' then forget_dependencies(v_oldest::timestamp at time zone 'UTC')
    when 'sum up measures' then sum_up_measures()
    when 'forget measures' then forget_measures(p_now)
    when 'forget drainers' then delete_older('drainers', 'ended_at', p_now - interval '1 day')
  end;
end
$$;

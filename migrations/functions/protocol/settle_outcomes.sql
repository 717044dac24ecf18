-- Settles executions of any outcome, through whatever connection: a transactional job settles itself in the transaction that
-- did its work. There the fence and the row's lock suffice, because the caller rolls back when the job wasn't settled.
--   p_drainer   the drainer
--   p_outcomes  a list of objects: id, fence, outcome (succeeded, discarded, canceled, retried or snoozed), charges_attempt,
--               duration_ms, ended_ms_ago, and as the outcome needs: result, or result_key (of one that is in the app's store);
--               wait_ms (without it the job keeps its run_at), cuts, pauses_key (its key is paused for as long, or paused_key), forgets_payload (of one that
--               finishes); rule and rule_failures, see failures and jobs;
--               error_class, error_code, error_message, error_stack, waited_ms, and error_fingerprint with the job's name; logs
--   returns     the ids that were not settled, because they are no longer this drainer's
create or replace function settle_outcomes(p_drainer integer, p_outcomes json) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_outcomes execution_outcome[] := array(select o from json_populate_recordset(null::execution_outcome, p_outcomes) o);
  v_finished bigint[];
  v_attempts integer[];
  v_concerned bigint[];
  v_ends batch_end[];
  v_parents parent_end[];
  v_rescheduled bigint[];
  v_concerned_again bigint[];
  v_lost bigint[];
begin
  if exists (select from unnest(v_outcomes) o where o.forgets_payload) then
    perform forget_for_good(array(
      select mine.id from unnest(v_outcomes) o,
      lateral (select j.id from jobs j where j.id = o.id and j.fence = o.fence limit 1 for no key update) mine
      where o.forgets_payload));
  end if;
  select f.finished, f.attempts, f.concerned, f.ends, f.parents into v_finished, v_attempts, v_concerned, v_ends, v_parents
  from (select array_agg(o.id) as ids, array_agg(o.fence) as fences, array_agg(o.duration_ms) as durations_ms,
               array_agg(o.outcome) as outcomes, array_agg(o.result) as results, array_agg(o.charges_attempt) as charges_attempt,
               array_agg(o.ended_ms_ago) as ended_ms_ago
        from unnest(v_outcomes) o where o.outcome in ('succeeded', 'discarded', 'canceled')) e,
  lateral finish_jobs(p_drainer, e.ids, e.fences, e.durations_ms, e.outcomes, e.results, e.charges_attempt, e.ended_ms_ago) f;

  if exists (select from unnest(v_outcomes) o where o.outcome = 'canceled') then
    delete from cancellations c where c.job_id = any (v_finished);
  end if;
  if exists (select from unnest(v_outcomes) o where o.result_key is not null) then
    insert into stored_results (job_id, store_key)
    select o.id, o.result_key from unnest(v_outcomes) o where o.result_key is not null and o.id = any (v_finished);
  end if;

  if exists (select from unnest(v_outcomes) o where o.pauses_key) then
    perform pause_keys_of(v_outcomes);
  end if;

  with rescheduled as (
    update jobs j set state = 'scheduled', run_at = coalesce(now() + o.wait_ms * interval '1 millisecond', j.run_at), fence = j.fence + 1,
                      attempts = least(j.attempts + o.charges_attempt::integer, 32767),
                      rule_failures = coalesce(o.rule_failures, j.rule_failures),
                      cuts = coalesce(o.cuts, 0), died_with = null, suspect_group = null
    from unnest(v_outcomes) o
    where j.id = o.id and j.fence = o.fence and o.outcome in ('retried', 'snoozed')
    returning j.id, least(j.attempts + (not o.charges_attempt)::integer, 32767) as attempt, j.features, o as execution
  ), settled as (
    select f.id, f.attempt, o as execution
    from unnest(v_outcomes) o join unnest(v_finished, v_attempts) f (id, attempt) on f.id = o.id where num_nonnulls(o.error_class, o.logs) > 0
    union all
    select r.id, r.attempt, r.execution from rescheduled r where num_nonnulls((r.execution).error_class, (r.execution).logs) > 0
  ), failed as (
    insert into failures (job_id, attempt, outcome, rule, error_class, error_code, error_message, error_stack, started_at, duration_ms, waited_ms, drainer_id,
                          name, fingerprint)
    select s.id, s.attempt, o.outcome, o.rule, o.error_class, o.error_code, o.error_message, o.error_stack,
           now() - (coalesce(o.ended_ms_ago, 0) + o.duration_ms) * interval '1 millisecond', o.duration_ms, o.waited_ms, p_drainer,
           o.name, o.error_fingerprint
    from settled s, lateral (select (s.execution).*) o where o.error_class is not null
  ), logged as (
    insert into execution_logs (job_id, attempt, outcome, lines, started_at, duration_ms, drainer_id)
    select s.id, s.attempt, o.outcome, o.logs, now() - (coalesce(o.ended_ms_ago, 0) + o.duration_ms) * interval '1 millisecond', o.duration_ms, p_drainer
    from settled s, lateral (select (s.execution).*) o where o.logs is not null
  )
  select array_agg(r.id), array_agg(r.id) filter (where r.features & ~76 <> 0) into v_rescheduled, v_concerned_again from rescheduled r;

  v_lost := array(select o.id from unnest(v_outcomes) o except select unnest(v_finished || v_rescheduled));
  if coalesce(v_concerned, v_concerned_again) is not null or v_ends is not null or v_parents is not null or v_lost <> '{}' then
    perform after_settle(p_drainer, v_concerned, v_concerned_again, v_lost, v_ends, v_parents);
  end if;
  return v_lost;
end
$$;

-- The same without the session: for a transactional job, whose transaction has a connection of its own. There the
-- fence and the row's lock suffice, because its caller rolls the work back when the job was not settled.
create or replace function settle_outcomes(p_drainer integer, p_outcomes json) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_settled bigint[];
  v_lost bigint[];
  v_progressed bigint[];
begin
  with outcomes as materialized (
    select o.*, now() - coalesce(o.ended_ms_ago, 0) * interval '1 millisecond' as ended_at
    from json_to_recordset(p_outcomes) as o (
      id bigint, fence integer, outcome text, charges_attempt boolean, duration_ms integer, ended_ms_ago bigint, result jsonb, wait_ms bigint, cuts smallint,
      error_class text, error_message text, error_stack text)
  ), gone as (
    delete from jobs j using outcomes o
    where j.id = o.id and j.fence = o.fence and o.outcome in ('succeeded', 'discarded')
    returning j.*, j.attempts + o.charges_attempt::integer as attempt, o.outcome, o.result, o.duration_ms,
              o.ended_at - o.duration_ms * interval '1 millisecond' as began_at, o.error_class, o.error_message, o.error_stack
  ), kept as (
    insert into finished (id, state, name, queue, priority, payload, result, attempts, max_attempts, enqueued_at, run_at,
                          started_at, duration_ms, drainer_id, unique_key, concurrency_key, tags, metadata)
    select g.id, g.outcome, g.name, g.queue, g.priority, g.payload, g.result, g.attempt, g.max_attempts, g.enqueued_at, g.run_at,
           g.began_at, g.duration_ms, p_drainer, g.unique_key, g.concurrency_key, g.tags, g.metadata
    from gone g
  ), rescheduled as (
    update jobs j set state = 'scheduled', run_at = coalesce(now() + o.wait_ms * interval '1 millisecond', j.run_at), fence = j.fence + 1,
                      attempts = j.attempts + o.charges_attempt::integer, cuts = coalesce(o.cuts, 0), died_with = null, suspect_group = null
    from outcomes o
    where j.id = o.id and j.fence = o.fence and o.outcome in ('retried', 'snoozed')
    returning j.id, j.attempts as attempt, o.outcome, o.duration_ms,
              o.ended_at - o.duration_ms * interval '1 millisecond' as began_at, o.error_class, o.error_message, o.error_stack
  ), settled as materialized (
    select id, attempt, outcome, duration_ms, began_at, error_class, error_message, error_stack, has_progress from gone
    union all select r.*, false from rescheduled r
  ), failed as (
    insert into failures (job_id, attempt, outcome, error_class, error_message, error_stack, started_at, duration_ms, drainer_id)
    select s.id, s.attempt, s.outcome, s.error_class, s.error_message, s.error_stack, s.began_at, s.duration_ms, p_drainer
    from settled s where s.error_class is not null
  )
  select coalesce(array_agg(s.id), '{}'), array_agg(s.id) filter (where s.has_progress) into v_settled, v_progressed from settled s;

  if v_progressed is not null then
    delete from progress p where p.job_id = any (v_progressed);
  end if;
  perform release_permits(v_settled);
  if cardinality(v_settled) = json_array_length(p_outcomes) then
    return '{}';
  end if;
  v_lost := array(select (o ->> 'id')::bigint from json_array_elements(p_outcomes) o where (o ->> 'id')::bigint <> all (v_settled));
  perform release_permits_lost(p_drainer, v_lost);
  return v_lost;
end
$$;

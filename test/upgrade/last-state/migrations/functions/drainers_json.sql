-- Drainers, as a list of JSON in the order of the ids, with the words of the API. One that has no end and whose session has gone is
-- dead, and will be reaped. One that holds jobs works, although it may still be noted as lingering: with a backlog it notes nothing.
create or replace function drainers_json(p_ids integer[]) returns json
language sql stable set search_path from current
set enable_seqscan = off set jit = off
as $$
  with alive as materialized (
    select a.* from alive_drainers() a
  ), held as materialized (
    select r.pid, count(*) as jobs from running_jobs() r group by r.pid
  )
  select coalesce(json_agg(json_build_object(
    'id', d.id, 'label', d.label,
    'state', case when d.ending is not null then d.ending when a.pid is null then 'died' when d.lingering and h.pid is null then 'lingering'
      else 'working' end,
    'slot', d.slot, 'slots', d.slots, 'queues', case when (d.pool).excepts is false then (d.pool).queues end,
    'except', case when (d.pool).excepts then (d.pool).queues end, 'onlyNames', (d.pool).names, 'names', d.names, 'backendPid', d.backend_pid,
    'held', case when d.ended_at is null then coalesce(h.jobs, 0) else 0 end, 'inFlight', d.in_flight, 'budgetMs', d.budget_ms,
    'invocation', d.invocation, 'settled', d.settled, 'endReason', d.reason,
    'startedAt', d.started_at, 'endedAt', d.ended_at) order by i.place), '[]')
  from unnest(p_ids) with ordinality i (id, place) join drainers d on d.id = i.id
  left join alive a on a.drainer_id = d.id and d.ended_at is null
  left join held h on h.pid = a.pid
$$;

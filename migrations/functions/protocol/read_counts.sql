-- What executions have come to since ever, for those that read counters which only grow: by job name and queue.
--   p_limit  how many names and queues at most, those with the most executions
--   returns  a list of objects with the columns of measures, ordered by name and queue
create or replace function read_counts(p_limit integer) returns json
language sql stable set search_path from current set jit = off
as $$
  with counted as materialized (
    select m.name, m.queue, sum(m.executions) as executions from (
      select m.name, m.queue, m.succeeded + m.retried + m.discarded + m.canceled + m.snoozed + m.interrupted as executions
      from measures m where m.span_s = 0
      union all
      select n.name, n.queue, n.succeeded + n.retried + n.discarded + n.canceled + n.snoozed + n.interrupted from noted_measures n) m
    group by m.name, m.queue order by 3 desc, 1, 2 limit p_limit
  ), measured as (
    select m.name, m.queue, m.succeeded, m.retried, m.discarded, m.canceled, m.snoozed, m.interrupted, m.busy_ms, m.waited_ms, m.billed_mb_ms, m.runs, m.waits
    from measures m where m.span_s = 0
    union all
    select n.name, n.queue, n.succeeded, n.retried, n.discarded, n.canceled, n.snoozed, n.interrupted, n.busy_ms, n.waited_ms, n.billed_mb_ms, n.runs, n.waits
    from noted_measures n
  ), sums as (
    select m.name, m.queue, sum(m.succeeded) as succeeded, sum(m.retried) as retried, sum(m.discarded) as discarded,
           sum(m.canceled) as canceled, sum(m.snoozed) as snoozed, sum(m.interrupted) as interrupted, sum(m.busy_ms) as busy_ms,
           sum(m.waited_ms) as waited_ms, sum(m.billed_mb_ms) as billed_mb_ms, add_histograms(array_agg(m.runs)) as runs,
           add_histograms(array_agg(m.waits)) as waits
    from measured m join counted c using (name, queue) group by 1, 2
  )
  select coalesce(json_agg(s order by s.name collate "C", s.queue collate "C"), '[]') from sums s
$$;

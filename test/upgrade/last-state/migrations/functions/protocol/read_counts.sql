-- What executions have come to since ever, for those that read counters which only grow: by job name and queue.
--   p_limit  how many names and queues at most, those with the most executions
--   returns  a list of objects with the columns of measures, ordered by name and queue
create or replace function read_counts(p_limit integer) returns json
language sql stable set search_path from current set jit = off
as $$
  with counted as (
    select m.name, m.queue, m.succeeded, m.retried, m.discarded, m.canceled, m.snoozed, m.interrupted, m.busy_ms, m.waited_ms, m.billed_mb_ms, m.runs, m.waits
    from measures m where m.span_s = 0
    union all
    select n.name, n.queue, n.succeeded, n.retried, n.discarded, n.canceled, n.snoozed, n.interrupted, n.busy_ms, n.waited_ms, n.billed_mb_ms, n.runs, n.waits
    from noted_measures n
  ), sums as (
    select c.name, c.queue, sum(c.succeeded) as succeeded, sum(c.retried) as retried, sum(c.discarded) as discarded,
           sum(c.canceled) as canceled, sum(c.snoozed) as snoozed, sum(c.interrupted) as interrupted, sum(c.busy_ms) as busy_ms,
           sum(c.waited_ms) as waited_ms, sum(c.billed_mb_ms) as billed_mb_ms, add_histograms(array_agg(c.runs)) as runs,
           add_histograms(array_agg(c.waits)) as waits
    from counted c group by 1, 2
    order by sum(c.succeeded + c.retried + c.discarded + c.canceled + c.snoozed + c.interrupted) desc, 1, 2 limit p_limit
  )
  select coalesce(json_agg(s order by s.name collate "C", s.queue collate "C"), '[]') from sums s
$$;

-- Adds a set of what drainers have noted to the minutes, ten minutes, hours and days that it belongs to, of its name and queue, of its queue
-- (the name is empty then) and of all together (both are), and to what is counted since ever of its name and queue. Notes may come late: whenever they
-- do, each is added once, and a reader sees it in one of the two places. Returns whether there may be more.
create or replace function sum_up_measures() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_noted integer;
begin
  with noted as materialized (
    delete from noted_measures n where n.id = any (array(select f.id from noted_measures f order by f.id limit c_set)) returning n.*
  ), sums as (
    select s.span_s, case s.span_s when 0 then 'epoch' else date_bin(s.span_s * interval '1 second', n.starts_at, 'epoch') end as starts_at,
           coalesce(n.name, '') as name, coalesce(n.queue, '') as queue,
           sum(n.succeeded) as succeeded, sum(n.retried) as retried, sum(n.discarded) as discarded, sum(n.canceled) as canceled,
           sum(n.snoozed) as snoozed, sum(n.interrupted) as interrupted, sum(n.busy_ms) as busy_ms, sum(n.waited_ms) as waited_ms,
           sum(n.billed_mb_ms) as billed_mb_ms,
           add_histograms(array_agg(n.runs)) as runs, add_histograms(array_agg(n.waits)) as waits,
           max(n.starts_at) filter (where s.span_s = 0) as last_at
    from noted n, unnest(array[0, 60, 600, 3600, 86400]) s (span_s)
    group by 1, 2, grouping sets ((n.name, n.queue), (n.queue), ())
    having grouping(n.name) = 0 or s.span_s > 0
  ), added as (
    insert into measures as m (span_s, starts_at, name, queue, succeeded, retried, discarded, canceled, snoozed, interrupted, busy_ms,
                               waited_ms, billed_mb_ms, runs, waits, last_at)
    select s.* from sums s
    on conflict (span_s, starts_at, name, queue) do update set
      succeeded = m.succeeded + excluded.succeeded, retried = m.retried + excluded.retried, discarded = m.discarded + excluded.discarded,
      canceled = m.canceled + excluded.canceled, snoozed = m.snoozed + excluded.snoozed,
      interrupted = m.interrupted + excluded.interrupted, busy_ms = m.busy_ms + excluded.busy_ms,
      waited_ms = m.waited_ms + excluded.waited_ms,
      billed_mb_ms = m.billed_mb_ms + excluded.billed_mb_ms,
      runs = add_histograms(array[m.runs, excluded.runs]), waits = add_histograms(array[m.waits, excluded.waits]),
      last_at = greatest(m.last_at, excluded.last_at)
  )
  select count(*) into v_noted from noted;
  return v_noted = c_set;
end
$$;

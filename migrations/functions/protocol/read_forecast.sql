-- What tells when the backlog will be drained. Averages are those of the five minutes before the last one, which drainers may not have
-- noted yet.
--   ready                how many jobs are due and not running: counted up to 10,000, and from there on what the planner estimates
--   is_estimate          whether that is estimated
--   ended_per_minute     how many jobs have ended
--   enqueued_per_minute  how many were enqueued; null: not known
--   at                   the time of the database
create or replace function read_forecast() returns table (ready bigint, is_estimate boolean, ended_per_minute double precision,
                                                          enqueued_per_minute double precision, at timestamptz)
language plpgsql volatile set search_path from current set jit = off
as $$
declare
  c_counted constant integer := 10000;
  v_until timestamptz := date_bin('1 minute', now(), 'epoch') - interval '1 minute';
  v_plan json;
begin
  at := now();
  ready := (select b.ready from backlog() b);
  is_estimate := ready >= c_counted;
  if is_estimate then
    execute 'explain (format json) select from jobs j where j.state = $1' into v_plan using 'ready';
    ready := greatest(ready, (v_plan->0->'Plan'->>'Plan Rows')::bigint);
  end if;
  ended_per_minute := (
    select coalesce(sum(m.ended), 0) / 5.0
    from (select m.succeeded + m.discarded + m.canceled as ended from measures m
          where m.span_s = 60 and m.starts_at >= v_until - interval '5 minutes' and m.starts_at < v_until and m.name = '' and m.queue = ''
          union all
          select n.succeeded + n.discarded + n.canceled from noted_measures n
          where n.starts_at >= v_until - interval '5 minutes' and n.starts_at < v_until) m);
  enqueued_per_minute := ( -- of the same time as what has ended
    select greatest(0, later.job_id - earlier.job_id) / extract(epoch from later.noted_at - earlier.noted_at) * 60
    from (select l.job_id, l.noted_at from last_job_ids l where l.minute_at >= v_until - interval '5 minutes' order by l.minute_at limit 1) earlier,
         (select l.job_id, l.noted_at from last_job_ids l where l.minute_at <= v_until order by l.minute_at desc limit 1) later
    where later.noted_at > earlier.noted_at + interval '30 seconds');
  return next;
end
$$;

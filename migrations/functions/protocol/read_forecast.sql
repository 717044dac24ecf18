-- What tells when the backlog will be drained. Averages are those of the five minutes before the last one, which drainers may not have
-- noted yet.
-- What drainers don't perform, because it is paused or they don't know it, isn't drained: jobs of names and queues that none has known in the
-- day before one was last seen. Before any was seen, all jobs count.
--   ready                how many jobs are due and not running: counted up to 10,000, and from there on the same share of what the
--                        planner estimates
--   is_estimate          whether that is estimated
--   ended_per_minute     how many jobs have ended
--   enqueued_per_minute  how many were enqueued; null: not known
--   at                   the time of the database
create or replace function read_forecast() returns table (ready bigint, is_estimate boolean, ended_per_minute double precision,
                                                          enqueued_per_minute double precision, at timestamptz)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_counted constant integer := 10000;
  v_until timestamptz := date_bin('1 minute', now(), 'epoch') - interval '1 minute';
  v_running bigint[] := array(select r.job_id from running_jobs() r);
  v_seen_at timestamptz := (select nullif(max(d.seen_at), '-infinity') - interval '1 day' from definitions d);
  v_names text[] := array(select d.name from definitions d where d.seen_at >= v_seen_at);
  v_unserved text[] := array(select q.queue from pooled_queues q where q.seen_at < v_seen_at);
  v_waiting bigint;
  v_plan json;
begin
  at := now();
  select coalesce(sum(w.jobs), 0), coalesce(sum(w.jobs) filter (
           where (v_seen_at is null or w.name = any (v_names)) and pooled(w.queue) <> all (v_unserved)
             and w.name <> all (paused('name')) and w.queue <> all (paused('queue'))), 0)
    into v_waiting, ready
  from (select f.name, f.queue, count(*) as jobs
        from (select first.name, first.queue from first_ready(c_counted) first where first.id <> all (v_running)
              union all
              (select j.name, j.queue from jobs j where j.state = 'unkeyed' limit c_counted)) f
        group by 1, 2) w;
  is_estimate := v_waiting >= c_counted;
  if is_estimate then
    execute 'explain (format json) select from jobs j where j.state = $1' into v_plan using 'ready';
    ready := greatest(ready, (v_plan->0->'Plan'->>'Plan Rows')::bigint * ready / v_waiting);
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

-- What a look at the queue shows first, for people. Each count stops at 10,000, so that it costs the same with a million waiting jobs.
--   p_ages   the ends of the ranges in which the ages of ready jobs are counted, in milliseconds, from the shortest
--   returns  an object: now, ready, scheduled, waiting, blocked, running, ages (the jobs of each range), oldestReadyAgeMs, queues (of
--            the jobs at the head of the queue, with ready and since), pauses, ticks (the next of schedules: key, name and at)
create or replace function read_overview(p_ages bigint[]) returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_most constant integer := 10000;
  v_running integer := (select count(*) from running_jobs());
  v_paused text[] := paused('name');
  v_ready bigint;
  v_blocked bigint;
  v_scheduled bigint;
  v_waiting bigint;
begin
  v_ready := (select count(*) from (
    (select from jobs j where j.state = 'ready' and j.fair_key is null limit c_most)
    union all (select from jobs j where j.state = 'ready' and j.fair_key is not null limit c_most)
    union all (select from jobs j where j.state = 'suspect' limit c_most)
    union all (select from jobs j where j.state in ('unknown', 'unkeyed') and j.name <> all (v_paused) limit c_most)) c);
  v_blocked := (select count(*) from (
    (select from jobs j where j.state = 'blocked' limit c_most)
    union all (select from jobs j where j.state = 'behind' limit c_most)
    union all (select from jobs j where j.state = 'paused' limit c_most)
    union all (select from jobs j where j.state in ('unknown', 'unkeyed') and j.name = any (v_paused) limit c_most)
    union all (select from rates r, lateral (
      select from jobs j where j.rate_key = r.rate_key and j.state = 'throttled' limit c_most) j where r.next_at is not null limit c_most)) c);
  v_waiting := (select count(*) from (
    (select from waiting_jobs w where w.is_waiting limit c_most)
    union all (select from event_waits w where w.is_waiting and w.payload is null limit c_most)) c);
  v_scheduled := (select count(*) from (select from jobs j where j.state = 'scheduled' limit c_most + least(v_waiting, c_most)) c) - v_waiting;
  v_waiting := v_waiting + (select count(*) from (select from jobs j where j.state = 'waiting' limit c_most) c);
  return json_build_object(
    'now', clock_timestamp(),
    'ready', least(c_most, greatest(0, v_ready - v_running)),
    'scheduled', least(c_most, greatest(0, v_scheduled)),
    'waiting', least(c_most, v_waiting),
    'blocked', least(c_most, v_blocked),
    'running', v_running,
    'ages', (select json_agg(least(c_most, a.jobs) order by a.range) from ready_by_age(p_ages) a),
    'oldestReadyAgeMs', (select b.oldest_ready_age_ms from backlog() b),
    'queues', (select coalesce(json_agg(json_build_object('name', q.queue, 'ready', q.jobs, 'since', q.since) order by q.queue), '[]')
               from (select r.queue, count(*) as jobs, min(r.run_at) as since from first_ready(c_most) r group by 1 order by 2 desc limit 100) q),
    'pauses', (select coalesce(json_agg(json_build_object('kind', p.kind, 'target', p.target, 'pausedAt', p.paused_at, 'until', p.until_at)), '[]')
               from (select * from pauses p where lasts(p) order by p.paused_at desc limit 20) p),
    'ticks', (select coalesce(json_agg(json_build_object('key', s.key, 'name', s.name, 'at', s.next_at) order by s.next_at, s.key), '[]')
              from (select s.key, s.name, s.next_at from schedules s
                    where s.next_at is not null
                    order by s.next_at limit 8) s));
end
$$;

-- How many jobs are in each state, up to a limit: by the indexes of the backlog and the first rows of the history, so that it costs the same
-- however many there are. While queues or names are paused, it looks at up to 10,000 ready jobs for those that are held.
--   p_limit  where to stop to count each state
--   returns  a number by state, as the API names it, and `beyond`: states that may have more jobs although it didn't count up to the limit
create or replace function count_states(p_limit integer) returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_looked constant integer := 50000; -- rows of the history that may have failed before the limit is reached
  v_looked bigint;
  v_succeeded bigint;
  v_running bigint[] := array(select r.job_id from running_jobs() r);
  v_queues text[] := paused('queue');
  v_names text[] := paused('name');
  v_most integer := case when v_queues || v_names = '{}' then p_limit else greatest(p_limit, 10000) end;
  v_awaiting integer; -- scheduled jobs that wait for a token or an event
  v_waiting integer;
  v_scheduled integer;
  v_blocked integer;
  v_ready integer;
  v_held integer;
begin
  v_running := array(select j.id from jobs j where j.id = any (v_running));
  v_awaiting := (select count(*) from (
    select w.job_id from waiting_jobs w where w.is_waiting union select e.job_id from event_waits e where e.is_waiting and e.payload is null limit p_limit) w);
  v_waiting := (select count(*) from (select from jobs j where j.state = 'waiting' limit p_limit) w);
  v_scheduled := (select count(*) from (select from jobs j where j.state = 'scheduled' and j.id <> all (v_running) limit p_limit + v_awaiting) s);
  v_blocked := (select count(*) from (select from jobs j where j.state = 'blocked' limit p_limit) b)
    + (select count(*) from (select from jobs j where j.state = 'behind' limit p_limit) b)
    + (select count(*) from (select from jobs j where j.state = 'throttled' and j.rate_key is not null limit p_limit) t)
    + (select count(*) from (select from jobs j where j.state = 'paused' limit p_limit) p);
  select count(*) filter (where not d.is_held), count(*) filter (where d.is_held) into v_ready, v_held
  from (
    select d.queue = any (v_queues) or d.name = any (v_names) as is_held
    from (
      (select j.id, j.queue, j.name from jobs j where j.state = 'ready' and j.fair_key is null and j.id <> all (v_running) limit v_most)
      union all
      (select j.id, j.queue, j.name from jobs j where j.state = 'ready' and j.fair_key is not null and j.id <> all (v_running) limit v_most)
      union all
      (select j.id, j.queue, j.name from jobs j where j.state = 'suspect' and j.id <> all (v_running) limit v_most)
      union all
      (select j.id, j.queue, j.name from jobs j where j.state in ('unknown', 'unkeyed') and j.id <> all (v_running) limit v_most)) d) d;
  select count(*), count(*) filter (where f.state = 'succeeded') into v_looked, v_succeeded
  from (select f.state from finished f limit p_limit + c_looked) f;
  return json_build_object(
    'scheduled', least(p_limit, greatest(0, v_scheduled - v_awaiting)), 'ready', least(p_limit, v_ready), 'blocked', least(p_limit, v_blocked + v_held),
    'waiting', least(p_limit, v_waiting + v_awaiting), 'running', least(p_limit, cardinality(v_running)),
    'succeeded', least(p_limit, v_succeeded),
    'discarded', (select count(*) from (select from finished f where f.state = 'discarded' and f.state <> 'succeeded' limit p_limit) d),
    'canceled', (select count(*) from (select from finished f where f.state = 'canceled' and f.state <> 'succeeded' limit p_limit) c),
    'beyond', to_json(case when v_ready + v_held >= v_most then array['ready', 'blocked'] else '{}' end
      || case when v_looked = p_limit + c_looked and v_succeeded < p_limit then array['succeeded'] else '{}' end));
end
$$;

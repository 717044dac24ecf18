-- Milliseconds until the next scheduled job is due, of those due after p_since (null: of all), or the next job of a schedule is enqueued, or the next throttled job may start.
-- The settings of the caller apply. A pool looks for a job of its own among the next 1,000.
create or replace function due_in_ms(p_since timestamptz, p_pool pool) returns double precision
language sql volatile
return extract(epoch from least(
  case when (p_pool).queues is null
    then (select s.run_at from jobs s where s.state = 'scheduled' and s.run_at > coalesce(p_since, '-infinity') order by s.run_at limit 1)
    else due_for_pool(coalesce(p_since, '-infinity'), p_pool) end,
  (select s.next_at from schedules s where s.next_at > now() order by s.next_at limit 1),
  (select r.next_at from rates r where r.next_at > now() order by r.next_at limit 1)) - now())::double precision * 1000;

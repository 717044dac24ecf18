-- The queue of a schedule's jobs, as the definition is now.
create or replace function queue_of_schedule(s schedules) returns text
language sql stable set search_path from current
as $$
  select coalesce(s.job->>'queue', (select d.queue from definitions d where d.name = s.name), 'default')
$$;

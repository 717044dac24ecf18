-- Names of held jobs that no drainer of late knows, for people. Only jobs that fill the head of the queue are held, see
-- hold_unknown, and those that wait for a drainer to compute their concurrency key.
--   name           the job name
--   jobs           how many are held
--   oldest_run_at  the earliest time at which one was due
--   seen_at        when a drainer last knew the name; null: none ever did
create or replace function unknown_names() returns table (name text, jobs integer, oldest_run_at timestamptz, seen_at timestamptz)
language sql stable set search_path from current
as $$
  select j.name, count(*)::integer, min(j.run_at), (select nullif(d.seen_at, '-infinity') from definitions d where d.name = j.name)
  from jobs j
  where j.state = 'unknown' and j.name <> all (array(select unnest(paused('name'))))
     or j.state = 'unkeyed' and not exists (select from definitions d where d.name = j.name and d.seen_at > now() - interval '15 minutes')
  group by j.name order by j.name
$$;

-- Names of jobs that no drainer of late knows, for people: how many wait, the earliest that was due, and when a drainer
-- last knew the name (null: none ever did). Only those that fill the head of the queue are put by; see hold_unknown.
create or replace function unknown_names() returns table (name text, jobs integer, oldest_run_at timestamptz, seen_at timestamptz)
language sql stable set search_path from current
as $$
  select j.name, count(*)::integer, min(j.run_at), (select d.seen_at from definitions d where d.name = j.name)
  from jobs j where j.state = 'unknown' group by j.name order by j.name
$$;

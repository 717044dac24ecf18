-- Locks and returns scheduled jobs that are due, the most urgent first. Goes from priority to priority, because jobs that are due
-- and jobs that are not lie mixed in each of them.
create or replace function most_urgent_due(p_since timestamptz, p_limit integer) returns bigint[]
language sql volatile set search_path from current
as $$
  with recursive priorities as (
    (select s.priority from jobs s where s.state = 'scheduled' order by s.priority limit 1)
    union all
    select next.priority from priorities p, lateral (
      select s.priority from jobs s where s.state = 'scheduled' and s.priority > p.priority order by s.priority limit 1) next
  )
  select array(
    select due.id from priorities p, lateral (
      select s.id from jobs s where s.state = 'scheduled' and s.priority = p.priority and s.run_at > p_since and s.run_at <= now()
      order by s.run_at, s.id limit p_limit for update skip locked) due
    limit p_limit)
$$;

-- Computes the next ticks of schedules that have few left, a few schedules at a time: it takes longer than to enqueue their jobs.
create or replace function plan_ahead() returns void
language sql volatile set search_path from current
as $$
  update schedules s set (upcoming, has_all, next_at) = (select p.upcoming, p.has_all, p.next_at from plan_ticks(s, s.upcoming[1] - interval '1 microsecond') p)
  where s.key = any (array(
    select short.key from schedules short where cardinality(short.upcoming) < 8 and not short.has_all and short.next_at is not null
    order by short.next_at limit 20 for update skip locked))
$$;

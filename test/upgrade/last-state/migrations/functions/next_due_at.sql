-- When the next job of these names and this pool is due or to be enqueued by a schedule, or may start, if it is throttled, or the next pause ends, or a batch's callbacks are enqueued again; null: nothing of it will be.
-- Pauses of keys stay for a minute after their end, which needs nobody unless jobs are blocked. Throttled jobs of a paused name
-- wait for its end, not for their rate.
-- What most databases don't have is asked for first, because a session plans each of these statements anew.
create or replace function next_due_at(p_names text[], p_pool pool) returns timestamptz
language plpgsql volatile set search_path from current
as $$
declare
  v_next timestamptz;
  v_are_rates boolean;
  v_are_schedules boolean;
  v_are_retries boolean;
  v_are_pauses boolean;
begin
  select (select j.run_at from jobs j where j.state = 'scheduled' and j.name = any (p_names) and serves(p_pool, j.queue) order by j.run_at, j.id limit 1),
         exists (select from rates r where r.next_at is not null), exists (select from schedules s where s.next_at is not null),
         exists (select from batches b where b.retry_at is not null), exists (select from pauses)
  into v_next, v_are_rates, v_are_schedules, v_are_retries, v_are_pauses;
  if v_are_rates then
    v_next := least(v_next, (
      select r.next_at from rates r
      where r.next_at is not null and is_throttled(r.rate_key, array(select unnest(unpaused(p_names))), p_pool)
      order by r.next_at limit 1));
  end if;
  if v_are_schedules then
    v_next := least(v_next, (
      select s.next_at from schedules s
      where s.next_at is not null and s.name = any (p_names) and serves(p_pool, queue_of_schedule(s)) order by s.next_at limit 1));
  end if;
  if v_are_retries then
    v_next := least(v_next, (select least(min(b.retry_at), now() + interval '10 seconds') from batches b where b.retry_at is not null));
  end if;
  if v_are_pauses then
    v_next := least(v_next, (
      select min(p.until_at) from pauses p where p.kind <> 'key' or p.until_at > now()
         or exists (select from jobs j where j.state = 'blocked' and coalesce(j.waits_for, j.concurrency_key) = p.target)));
  end if;
  return v_next;
end
$$;

-- Enqueues the jobs of schedules that are due, in sets, and computes their next ticks. A schedule that another session has in hand is
-- left to it; the key of schedule_ticks holds in any case, so no tick has two jobs.
--   p_now    the time to act for
--   returns  whether there may be more
create or replace function enqueue_ticks(p_now timestamptz default now()) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 500;
  v_due schedules[];
  v_new schedule_ticks[];
begin
  if not exists (select from schedules s where s.next_at <= p_now) then
    return false;
  end if;
  v_due := array(select s from schedules s where s.next_at <= p_now order by s.next_at limit c_set for update skip locked);
  with due as materialized (
    select d.key, d.upcoming, d.has_all, t.run, t.missed, greatest(t.missed, t.run[cardinality(t.run)]) as last_tick
    from unnest(v_due) d, lateral due_ticks(d, p_now) t
  ), noted as (
    insert into schedule_ticks as t (schedule_key, tick, outcome)
    select d.key, tick, 'enqueued' from due d, unnest(d.run) tick
    union all
    select d.key, d.missed, 'missed' from due d where d.missed is not null
    order by 1, 2
    on conflict do nothing
    returning t as noted
  ), moved as (
    update schedules s set (upcoming, has_all, next_at) = (select n.upcoming, n.has_all, n.next_at from next_ticks(s, d.last_tick) n)
    from due d where s.key = d.key
  )
  select coalesce(array_agg(n.noted), '{}') into v_new from noted n where (n.noted).outcome = 'enqueued';
  perform store_ticks(v_new);
  perform plan_ahead();
  return cardinality(v_due) = c_set or exists (select from schedules s where s.next_at <= p_now and s.key in (select d.key from unnest(v_due) d));
end
$$;

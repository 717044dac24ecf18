-- Notes the ticks of schedules that are due, which the caller has locked, moves the schedules on, and enqueues the jobs. Raises
-- lock_not_available, with nothing done, if one of the jobs would have to wait for somebody else's transaction.
create or replace function enqueue_due(p_due schedules[], p_now timestamptz) returns void
language plpgsql volatile set search_path from current set lock_timeout = '50ms'
as $$
declare
  v_new schedule_ticks[];
begin
  with due as materialized (
    select d.key, d.upcoming, d.has_all, t.run, t.missed, greatest(t.missed, t.run[cardinality(t.run)]) as last_tick
    from unnest(p_due) d, lateral due_ticks(d, p_now) t
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
end
$$;

-- Enqueues the jobs of ticks that were just noted, by the schedules' overlap policies. If one of them can't be, the others are, and its
-- tick says why.
create or replace function store_ticks(p_ticks schedule_ticks[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_ticks schedule_ticks[] := without_overlap(p_ticks);
  v_tick schedule_ticks;
begin
  if cardinality(v_ticks) = 0 then
    return;
  end if;
  begin
    perform store_tick_jobs(v_ticks);
    return;
  exception
    when lock_not_available then
      raise; -- the caller leaves it for later
    when others then
      null; -- one after the other then
  end;
  foreach v_tick in array v_ticks loop
    begin
      perform store_tick_jobs(array[v_tick]);
    exception when others then
      if sqlstate ~ '^(08|40|53|55|57|58)' then
        raise; -- all are done again
      end if;
      update schedule_ticks t set outcome = 'failed', error = sqlerrm where t.schedule_key = v_tick.schedule_key and t.tick = v_tick.tick;
    end;
  end loop;
end
$$;

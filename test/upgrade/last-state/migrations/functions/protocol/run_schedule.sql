-- Enqueues a job of a schedule now, beside its ticks, also if it is paused.
--   p_key    the schedule
--   returns  the job's id; null: there is no such schedule
create or replace function run_schedule(p_key text) returns bigint
language plpgsql volatile set search_path from current
as $$
declare
  v_tick schedule_ticks;
begin
  insert into schedule_ticks as t (schedule_key, tick, outcome, is_requested)
  select s.key, clock_timestamp(), 'enqueued', true from schedules s where s.key = p_key
  returning t.* into v_tick;
  return case when v_tick.tick is not null then (store_tick_jobs(array[v_tick]))[1] end;
end
$$;

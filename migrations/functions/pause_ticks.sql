-- Pauses a schedule until an instant (infinity: until it is resumed), or resumes it (null), and computes its next ticks. A pause drops
-- what is due; resuming a schedule that isn't paused doesn't.
create or replace function pause_ticks(p_key text, p_until timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_schedule schedules;
begin
  select s.* into v_schedule from schedules s where s.key = p_key for update;
  if v_schedule.key is null then
    return false;
  elsif p_until is null and v_schedule.paused_until is null then
    return true;
  end if;
  v_schedule.paused_until := p_until;
  v_schedule := plan_ticks(v_schedule, now());
  update schedules s set paused_until = p_until, upcoming = v_schedule.upcoming, has_all = v_schedule.has_all, next_at = v_schedule.next_at where s.key = p_key;
  return true;
end
$$;

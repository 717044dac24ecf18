-- Enqueues the jobs of schedules that are due, in sets, and computes their next ticks. A schedule that another session has in hand is
-- left to it; the key of schedule_ticks holds in any case, so no tick has two jobs. One whose job would have to wait for the transaction of
-- somebody who enqueues with the same key is put off, and the others go ahead: this runs in claims, and such a transaction may stay open.
--   p_now    the time to act for
--   returns  whether there may be more
create or replace function enqueue_ticks(p_now timestamptz default now()) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 500;
  c_again constant interval := '5 seconds';
  c_most_waits constant integer := 10; -- a look waits for so many at most
  v_due schedules[];
  v_schedule schedules;
  v_waits integer := 0;
begin
  if not exists (select from schedules s where s.next_at <= p_now) then
    return false;
  end if;
  v_due := array(select s from schedules s where s.next_at <= p_now order by s.next_at limit c_set for update skip locked);
  begin
    perform enqueue_due(v_due, p_now);
  exception when lock_not_available then
    foreach v_schedule in array v_due loop
      begin
        perform enqueue_due(array[v_schedule], p_now);
      exception when lock_not_available then
        update schedules s set next_at = p_now + c_again where s.key = v_schedule.key;
        v_waits := v_waits + 1;
        exit when v_waits = c_most_waits;
      end;
    end loop;
  end;
  perform plan_ahead();
  return cardinality(v_due) = c_set or exists (select from schedules s where s.next_at <= p_now and s.key in (select d.key from unnest(v_due) d));
end
$$;

-- Asked once a job has been committed. True: nobody awake will find it, so a drainer is to be invoked. Of those who ask
-- while a drainer is on its way, only the first is told so; one that has not come in 2 seconds is not waited for. A job
-- that is not due now needs a drainer only to have the wake-up of idle mode set earlier.
create or replace function request_wake(p_is_due boolean default true) returns boolean
language plpgsql volatile security definer set search_path from current
as $$
begin
  if not (p_is_due or is_wake_up_late()) or count_awake() > 0 then
    return false;
  end if;
  update wakes w set woken_at = clock_timestamp()
  where w.only_row in (select free.only_row from wakes free where free.woken_at < clock_timestamp() - interval '2 seconds' for update skip locked);
  return found;
end
$$;

-- Whether a drainer is to be invoked for jobs that were just committed, because no drainer is awake that will find them. Of
-- those who ask while one is on its way, only the first is told so; one that hasn't come within 2 seconds is not waited for. A
-- job that isn't due within a second needs a drainer only to have the wake-up of idle mode set earlier.
--   p_due    names of jobs that are due; null: of all that are
--   p_later  names of jobs that are due later; null: all names that are known
create or replace function request_wake(p_due text[] default null, p_later text[] default null) returns boolean
language plpgsql volatile security definer set search_path from current set lock_timeout = '50ms'
as $$
declare
  v_names text[] := unattended(coalesce(p_due, names_due()));
  v_later text[] := unattended(coalesce(p_later, array(select d.name from definitions d)));
  v_new text;
begin
  if v_later <> '{}' and (v_later && names_due() or is_wake_up_late(v_later)) then
    v_names := v_names || v_later;
  end if;
  if v_names = '{}' then
    return false;
  end if;
  for v_new in select distinct n.name from unnest(v_names) n (name) where n.name not in (select w.name from wake_requests w) order by 1 loop
    begin
      insert into wake_requests (name) values (v_new) on conflict do nothing;
    exception when lock_not_available then
      null; -- somebody asks for the name for the first time, in a transaction that stays open
    end;
  end loop;
  update wake_requests w set requested_at = clock_timestamp()
  where w.name in (
    select free.name from wake_requests free
    where free.name = any (v_names) and free.requested_at < clock_timestamp() - interval '2 seconds' for update skip locked);
  return found;
end
$$;

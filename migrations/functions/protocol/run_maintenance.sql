-- Does one piece of the maintenance step that has been due for longest. Each call is a transaction of its own, so that no lock of
-- one piece is held over another. A step that fails is remembered and tried again later, less and less often: it never keeps the
-- others from being done, nor makes settles wait for a lock more than a moment a minute.
-- It runs with the rights of the schema's owner, so that drainers need none to create and drop. A time that never comes would end
-- the maintenance for good, and nothing is kept for less than no time: both are refused.
--   p_step   the step, due or not; null: the one that has been due for longest
--   p_keep   how long history is kept; null: as the settings say
--   p_now    the time to act for
--   returns  the step, whether there may be more of it, and its error; no row where none is due or others are at it
create or replace function run_maintenance(p_step text default null, p_keep interval default null, p_now timestamptz default now())
returns table (step text, more boolean, error text)
language plpgsql volatile security definer set search_path from current set lock_timeout = '50ms'
as $$
begin
  if not isfinite(p_now) or p_keep < interval '0' then
    perform refuse(format('Maintenance for %s, of what is kept for %s: give a moment and a length of time', p_now, p_keep));
  end if;
  select s.step into step from maintenance_steps s where s.step = coalesce(p_step, s.step) and (p_step is not null or s.next_at <= p_now)
  order by s.next_at, s.step limit 1 for update skip locked;
  if not found then
    return;
  end if;
  begin
    more := run_maintenance_step(step, p_keep, p_now);
    update maintenance_steps s set next_at = case when more then p_now else p_now + interval '10 minutes' end, done_at = p_now, failures = 0, error = null
    where s.step = run_maintenance.step;
  exception when others or query_canceled then
    more := false;
    error := format('%s (%s)', sqlerrm, sqlstate);
    update maintenance_steps s set next_at = p_now + least(interval '1 hour', interval '1 minute' * 2 ^ least(s.failures, 6)), failures = s.failures + 1,
                        failed_at = p_now, error = run_maintenance.error
    where s.step = run_maintenance.step;
  end;
  return next;
end
$$;

-- Drops the payloads of the oldest day before p_oldest that no history needs any more, or does one bounded piece towards it. Jobs
-- that still wait take their payloads along to p_today, so that one far ahead doesn't keep a day. Returns whether there may be more.
-- Drops nothing in a transaction whose snapshot is older than the lock: it wouldn't see what was committed meanwhile.
create or replace function expire_payloads(p_oldest date, p_today date) returns boolean
language plpgsql volatile set search_path from current set timezone = 'UTC' set datestyle = 'ISO'
set enable_seqscan = off set jit = off
as $$
declare
  v_day date;
begin
  for v_day in
    select d.day from days_before('payloads', p_oldest) d (day)
    union
    select min(p.day) from payloads_default p where p.day < p_oldest having min(p.day) is not null
    order by day
  loop
    if carry_payloads(v_day, p_today) then
      return true;
    end if;
    if current_setting('transaction_isolation') = 'read committed' and not is_day_needed(v_day) then
      -- then again, once whoever is storing a job with a payload of that day has committed it
      execute format('lock table %s in share mode', coalesce(to_regclass('payloads' || to_char(v_day, '_YYYYMMDD')), 'payloads_default'::regclass));
      continue when is_day_needed(v_day);
      perform drop_payloads(v_day);
      return true;
    end if;
  end loop;
  return false;
end
$$;

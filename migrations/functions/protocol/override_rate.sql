-- Sets how many jobs of a rate's key may start within a time, whatever they ask for, until it is removed. Starts that count go on to
-- count. What the key's jobs ask for is no longer remembered, so that the next look at them finds it.
--   p_key     the key
--   p_rate    the rate, with starts, per_ms and burst; null: as its jobs ask
create or replace function override_rate(p_key text, p_rate jsonb default null) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_rate rate_limit := jsonb_populate_record(null::rate_limit, p_rate);
begin
  perform assert_target('key', p_key);
  if p_rate is not null and not coalesce(v_rate.starts between 1 and 1000000 and v_rate.per_ms between 1000 and 2678400000
      and v_rate.burst between 1 and v_rate.starts, false) then
    perform refuse(format('p_rate is %s: give starts (1 to 1000000), per_ms (1000 to 2678400000) and burst (1 to starts)', left(p_rate::text, 200)));
  end if;
  if p_rate is null then
    delete from limit_overrides o where o.kind = 'rate' and o.target = p_key;
  else
    insert into limit_overrides (kind, target, rate) values ('rate', p_key, v_rate)
    on conflict (kind, target) do update set rate = excluded.rate, set_at = excluded.set_at;
  end if;
  perform lock_keys(array[rate_lock(p_key)]);
  update rates r set job_id = 0, next_at = case when r.next_at is not null then clock_timestamp() end where r.rate_key = p_key;
  perform notify_lingering();
end
$$;

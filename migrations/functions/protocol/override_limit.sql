-- Sets how many jobs of a concurrency key may run at once, whatever they ask for, until it is removed. Jobs that run go on.
--   p_key     the key
--   p_limit   how many; null: as its jobs ask
create or replace function override_limit(p_key text, p_limit integer default null) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_target('key', p_key);
  if p_limit not between 1 and 1000000 then
    perform refuse(format('p_limit is %s: give a whole number from 1 to 1000000', p_limit));
  end if;
  if p_limit is null then
    delete from limit_overrides o where o.kind = 'key' and o.target = p_key;
  else
    insert into limit_overrides (kind, target, concurrency_limit) values ('key', p_key, p_limit)
    on conflict (kind, target) do update set concurrency_limit = excluded.concurrency_limit, set_at = excluded.set_at;
  end if;
  if sees_commits() then -- else a settle or tick does: what a claim has changed while this waits for it, this can't change any more
    perform lock_keys(array[p_key]);
    perform unblock_jobs(array[p_key]);
  end if;
  perform notify_lingering();
end
$$;

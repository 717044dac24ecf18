-- Jobs of a paused queue leave the claim's way. Takes no key's lock and waits for no row: what is locked is running, or
-- is moved by another, and whatever stays ready is set aside when it is claimed. A ready job that is set aside can no
-- longer wake those behind its key, so they are woken now.
create or replace function set_aside(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[];
begin
  with moved as (
    update jobs j set state = 'paused'
    where j.state in ('ready', 'blocked', 'suspect')
      and j.id = any (array(select w.id from jobs w where w.id = any (p_ids) for no key update skip locked))
    returning j.concurrency_key
  )
  select array_agg(distinct m.concurrency_key) filter (where m.concurrency_key is not null) into v_keys from moved m;
  if v_keys is not null then
    perform wake_blocked(v_keys);
  end if;
end
$$;

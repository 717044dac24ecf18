-- Sets the waiting limit of a queue or key, or removes it if p_waiting is null. Refuses what the TypeScript functions refuse.
create or replace function limit_waiting(p_kind text, p_target text, p_waiting integer) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_target(p_kind, p_target);
  if p_waiting not between 1 and 1000000 then
    perform refuse(format('p_waiting is %s: give a whole number from 1 to 1000000', p_waiting));
  end if;
  if p_waiting is null then
    delete from waiting_limits w where w.kind = p_kind and w.target = p_target;
    return;
  end if;
  insert into waiting_limits (kind, target, waiting) values (p_kind, p_target, p_waiting)
  on conflict (kind, target) do update set waiting = excluded.waiting;
end
$$;

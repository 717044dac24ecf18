-- Sets the waiting limit of a queue or key, or removes it if p_waiting is null.
create or replace function limit_waiting(p_kind text, p_target text, p_waiting integer) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if p_waiting is null then
    delete from waiting_limits w where w.kind = p_kind and w.target = p_target;
    return;
  end if;
  insert into waiting_limits (kind, target, waiting) values (p_kind, p_target, p_waiting)
  on conflict (kind, target) do update set waiting = excluded.waiting;
end
$$;

-- A drainer has come that knows these names (null: any): jobs stored from now on may need another.
create or replace function answer_wake(p_names text[]) returns void
language sql volatile set search_path from current
as $$
  update wakes w set woken_at = '-infinity'
  where w.name in (
    select noted.name from wakes noted
    where noted.woken_at > '-infinity' and (p_names is null or noted.name = any (p_names)) for update skip locked)
$$;

-- A drainer that comes begins with a look for what no event has found; see repair.
create or replace function repair_soon() returns void
language sql volatile set search_path from current
as $$
  update ticks t set ticked_at = '-infinity'
  where t.only_row in (select free.only_row from ticks free where free.ticked_at > '-infinity' for update skip locked)
$$;

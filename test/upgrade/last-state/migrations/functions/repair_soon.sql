-- Has the next look from the start repair, whenever that was last done: a drainer that comes looks for what no event has found.
create or replace function repair_soon() returns void
language sql volatile set search_path from current
as $$
  update ticks t set ticked_at = '-infinity'
  where t.only_row in (select free.only_row from ticks free where free.ticked_at > '-infinity' for update skip locked)
$$;

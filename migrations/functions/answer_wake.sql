-- A drainer has come: jobs stored from now on may need another.
create or replace function answer_wake() returns void
language sql volatile set search_path from current
as $$
  update wakes w set woken_at = '-infinity' where w.woken_at > '-infinity'
$$;

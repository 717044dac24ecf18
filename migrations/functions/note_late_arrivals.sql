-- Called by whoever makes jobs ready that were due earlier: drainers that have looked past their place look again.
-- Before the commit it may be called in vain; then the look at everything, about once a second, finds them.
create or replace function note_late_arrivals() returns void
language sql volatile set search_path from current
as $$
  select nextval('late_arrivals')
$$;

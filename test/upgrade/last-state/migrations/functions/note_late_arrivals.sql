-- Notes that jobs became ready that were due earlier: drainers that have looked past their place look again. Called before the
-- commit it may come too early; then the look at everything, about once a second, finds the jobs.
create or replace function note_late_arrivals() returns void
language sql volatile set search_path from current
as $$
  select nextval('late_arrivals')
$$;

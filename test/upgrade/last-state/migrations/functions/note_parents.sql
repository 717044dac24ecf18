-- Notes that somebody has to look at the jobs that run after these, of which the caller may not have seen all: see advance_dependents.
create or replace function note_parents(p_parents bigint[]) returns void
language sql volatile set search_path from current
as $$
  insert into due_dependents (parent_id) select p.id from unnest(p_parents) p (id)
$$;

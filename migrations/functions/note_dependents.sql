-- Notes that somebody has to look at jobs which wait for others: see advance_dependents. Null: at none.
create or replace function note_dependents(p_children bigint[]) returns void
language sql volatile set search_path from current
as $$
  insert into due_dependents (child_id) select c.id from unnest(p_children) c (id)
$$;

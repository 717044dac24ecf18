-- When the next job of these names is due, or the next pause ends; null: neither will.
create or replace function next_due_at(p_names text[]) returns timestamptz
language sql volatile set search_path from current
as $$
  select least(
    (select j.run_at from jobs j where j.state = 'scheduled' and j.name = any (p_names) order by j.run_at, j.id limit 1),
    (select min(p.until_at) from pauses p))
$$;

-- A job's state as the API names it, or null for an id that is unknown or whose history has been dropped.
create or replace function current_state(p_id bigint) returns text
language sql stable set search_path from current
as $$
  select s.state from states_of(array[p_id]) s limit 1
$$;

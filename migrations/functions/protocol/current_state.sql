-- A job's state as the API names it, or null for an id that is unknown or whose history has been dropped.
create or replace function current_state(p_id bigint) returns text
language sql stable set search_path from current
as $$
  select case when is_running(p_id) then 'running' else told_state(j.state) end
  from jobs j where j.id = p_id
  union all
  select f.state from finished f where f.id = p_id
  limit 1
$$;

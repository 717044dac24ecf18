-- The states of rows whose jobs may be in a state that a filter asks for, as the API names it: see states_of. Null: any.
create or replace function rows_in(p_filter jsonb) returns text[]
language sql immutable set search_path from current
as $$
  select case when p_filter ? 'state' and not p_filter->'state' ? 'running' then
    case when p_filter->'state' ? 'scheduled' or p_filter->'state' ? 'waiting' then array['scheduled', 'waiting'] else '{}' end
    || case when p_filter->'state' ? 'ready' or p_filter->'state' ? 'blocked' then array['ready', 'suspect', 'unknown', 'unkeyed'] else '{}' end
    || case when p_filter->'state' ? 'blocked' then array['blocked', 'behind', 'throttled', 'paused'] else '{}' end end
$$;

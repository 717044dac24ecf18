-- A state as the API names it: some states only the engine tells apart.
create or replace function public_state(p_state text) returns text
language sql immutable parallel safe
begin atomic
  select case p_state when 'suspect' then 'ready' when 'unknown' then 'ready' when 'unkeyed' then 'ready' when 'paused' then 'blocked' when 'throttled' then 'blocked' when 'behind' then 'blocked' else p_state end;
end;

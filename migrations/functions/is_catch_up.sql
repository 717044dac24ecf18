-- Whether JSON is a policy for missed ticks, alone or in an object with how long they are caught up.
create or replace function is_catch_up(p_value jsonb) returns boolean
language sql stable set search_path from current
as $$
  select case jsonb_typeof(p_value)
    when 'string' then p_value #>> '{}' in ('skip', 'once', 'all')
    when 'object' then p_value - array['policy', 'within'] = '{}' and coalesce(p_value->>'policy' in ('skip', 'once', 'all'), false)
                       and coalesce(not p_value ? 'within' or duration_ms(p_value->'within') > 0, false)
    else false end
$$;

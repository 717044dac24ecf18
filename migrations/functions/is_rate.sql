-- Whether it can be the option `rate`.
create or replace function is_rate(p_option jsonb) returns boolean
language sql stable set search_path from current
as $$
  select case when jsonb_typeof(p_option) <> 'object' then false
              when p_option - '{limit,per,burst}'::text[] <> '{}' then false
              when not coalesce(is_whole(p_option->'limit', 1, 1000000), false) then false
              when p_option ? 'burst' and not coalesce(is_whole(p_option->'burst', 1, (p_option->>'limit')::numeric::integer), false) then false
              else coalesce(duration_ms(p_option->'per') between 1000 and 2678400000, false) end
$$;

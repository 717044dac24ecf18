-- A rate as the option `rate` gives it.
create or replace function rate_of(p_option jsonb) returns json
language sql stable set search_path from current
as $$
  select json_build_object('starts', (p_option->>'limit')::numeric::integer, 'per_ms', duration_ms(p_option->'per'),
                           'burst', coalesce(p_option->>'burst', p_option->>'limit')::numeric::integer)
  where p_option is not null
$$;

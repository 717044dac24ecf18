-- The option `unique`, without its key, in the words of unique_rule_of.
create or replace function unique_words(p_unique jsonb) returns jsonb
language sql stable set search_path from current
as $$
  select jsonb_strip_nulls(jsonb_build_object('while', p_unique->'while', 'for_ms', duration_ms(p_unique->'for'),
    'on_conflict', p_unique->'onConflict', 'longest_wait_ms', duration_ms(p_unique->'longestWait')))
$$;

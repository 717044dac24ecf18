-- Whether JSON is a list of tags that may be stored.
create or replace function is_tags(p_value jsonb) returns boolean
language sql stable set search_path from current
as $$
  select case when jsonb_typeof(p_value) <> 'array' then false
    when jsonb_array_length(p_value) > 100 then false
    else not exists (
      select from jsonb_array_elements(p_value) tag
      where jsonb_typeof(tag) <> 'string' or length(tag #>> '{}') not between 1 and 128) end
$$;

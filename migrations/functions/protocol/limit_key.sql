-- Limits how many unfinished jobs a concurrency key may have: further enqueues are refused.
--   p_key      the key
--   p_waiting  the limit; null: none
create or replace function limit_key(p_key text, p_waiting integer default null) returns void
language sql volatile set search_path from current
as $$
  select limit_waiting('key', p_key, p_waiting)
$$;

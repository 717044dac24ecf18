-- Whether a job of these names, and of a queue that the pool serves, is throttled by this rate's key.
create or replace function is_throttled(p_key text, p_names text[], p_pool pool) returns boolean
language sql stable set search_path from current
as $$
  select case when (p_pool).queues is null then exists (select from names_throttled(p_key) waiting (name) where waiting.name = any (p_names))
         else exists (select from jobs j where j.rate_key = p_key and j.state = 'throttled' and j.name = any (p_names) and serves(p_pool, j.queue)) end
$$;

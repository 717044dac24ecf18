-- The job of a name that has a unique key: the one that isn't finished, of two the one that has it while it waits, or of those in the
-- history the last one, which takes a look at all of the history.
--   p_name         the name
--   p_unique_key   the key
--   p_is_finished  whether to look in the history
--   returns        null if there is none
create or replace function find_unique_job(p_name text, p_unique_key text, p_is_finished boolean default false) returns bigint
language sql stable set search_path from current
as $$
  select case when p_is_finished
    then (select f.id from finished f where f.name = p_name and f.unique_key = p_unique_key order by f.finished_at desc limit 1)
    else coalesce((select j.id from jobs j where j.name = p_name and j.waiting_key = p_unique_key),
                 (select j.id from jobs j where j.name = p_name and j.unique_key = p_unique_key)) end
$$;

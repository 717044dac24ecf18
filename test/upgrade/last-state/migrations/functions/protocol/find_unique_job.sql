-- The job of a name that has a unique key: the one that isn't finished, of two the one that has it while it waits, or of those in the
-- history the last one, which takes a look at all of the history if none has finished lately.
--   p_name         the name
--   p_unique_key   the key
--   p_is_finished  whether to look in the history
--   returns        null if there is none
create or replace function find_unique_job(p_name text, p_unique_key text, p_is_finished boolean default false) returns bigint
language plpgsql stable set search_path from current
set plan_cache_mode = force_custom_plan -- for the days of each range, and not for all of them
as $$
declare
  v_id bigint;
  v_since timestamptz;
  v_until timestamptz := 'infinity';
begin
  if not p_is_finished then
    return coalesce((select j.id from jobs j where j.name = p_name and j.waiting_key = p_unique_key),
                    (select j.id from jobs j where j.name = p_name and j.unique_key = p_unique_key));
  end if;
  foreach v_since in array searched_since() loop
    select f.id into v_id from finished f
    where f.name = p_name and f.unique_key = p_unique_key and f.finished_at >= v_since and f.finished_at < v_until
    order by f.finished_at desc limit 1;
    exit when found;
    v_until := v_since;
  end loop;
  return v_id;
end
$$;

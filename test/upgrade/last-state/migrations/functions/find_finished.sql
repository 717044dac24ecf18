-- A job of the history. Each day that is searched costs time and a dozen locks, and what is asked for has usually finished lately: so
-- the last days are searched first, and all that are kept only for what isn't there. Null: it isn't in the history.
create or replace function find_finished(p_id bigint) returns finished
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of each range, and not for all of them
as $$
declare
  v_found finished;
  v_since timestamptz;
  v_until timestamptz := 'infinity';
begin
  foreach v_since in array searched_since() loop
    select f.* into v_found from finished f where f.id = p_id and f.finished_at >= v_since and f.finished_at < v_until limit 1;
    exit when found;
    v_until := v_since;
  end loop;
  return v_found;
end
$$;

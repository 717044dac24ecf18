-- The schedule with the key p_key, as JSON with the words of the API, its next five ticks and its last ten runs; null: there is none.
create or replace function get_schedule(p_key text) returns json
language sql volatile set search_path from current
as $$
  select schedule_json(s, 10) from schedules s where s.key = p_key
$$;

-- The schedules in the order of their keys, as get_schedule has them, each with its last run.
--   p_after  the keys behind this one; null: from the first
--   p_limit  how many at most
create or replace function list_schedules(p_after text default null, p_limit integer default 1000) returns json
language sql volatile set search_path from current
as $$
  select coalesce(json_agg(schedule_json(s, 1) order by s.key collate "C"), '[]')
  from (select s.* from schedules s where p_after is null or s.key collate "C" > p_after order by s.key collate "C" limit p_limit) s
$$;
